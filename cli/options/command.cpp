#include "cli/options/command.h"

#include <algorithm>
#include <array>

#include "cli/options/filter_options.h"
#include "parsers/host/many_namespaces.h"
#include "report/metrics.h"
#include "survey/grouping.h"

namespace tcpstat::cli::options {
namespace {

/// The one subject of `explain` that can be drawn.
constexpr std::string_view kMachine = "machine";

/// Parses the last value of an option into `to`; leaves it if there is none.
template <typename T, typename Parse>
Failure read_one(const Words& words, OptionId id, T& to, Parse parse) {
  const auto word = words.typed.value(id);
  if (!word) return std::nullopt;
  auto value = parse(*word);
  if (!value) return value.error();
  to = std::move(*value);
  return std::nullopt;
}

/// Parses each piece of a list option into `to`; stops at the first that cannot be.
template <typename T, typename Parse>
Failure read_each(const Words& words, OptionId id, std::vector<T>& to, Parse parse) {
  for (const std::string& piece : words.pieces(id)) {
    auto value = parse(piece);
    if (!value) return value.error();
    to.push_back(static_cast<T>(*value));
  }
  return std::nullopt;
}

/// What times on a command line are told against.
std::chrono::microseconds now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
}

std::string must_have_value(OptionId id, std::string_view what) {
  return "--" + std::string(option_info(id).name) + " needs a value: " + std::string(what);
}

/// A value that may be anything but empty.
Failure read_text(const Words& words, OptionId id, std::string& to, std::string_view what) {
  return read_one(words, id, to, [&](const std::string& word) -> Parsed<std::string> {
    if (!word.empty()) return word;
    return usage_error(must_have_value(id, what));
  });
}
Failure read_text(const Words& words, OptionId id, std::string& to) {
  return read_text(words, id, to, option_info(id).value);
}

/// What only saved rows have.
Failure read_saved(const Words& words, SourceChoice& to) {
  if (words.given(OptionId::sample) && to.id != SourceId::file) {
    return UsageError{"--sample chooses among the samples of a file: add --source FILE"};
  }
  if (words.given(OptionId::at) && words.given(OptionId::sample)) {
    return UsageError{"--at and --sample both choose a sample: use one"};
  }
  if (words.given(OptionId::byte_order) && to.id != SourceId::file && to.proc_root.empty()) {
    return UsageError{"--byte-order is for saved text of /proc: add --source FILE or --proc-root DIR"};
  }
  const auto number = [](const std::string& word) { return parse_count(word, "sample", UINT64_MAX); };
  if (auto failed = read_one(words, OptionId::byte_order, to.byte_order, parse_byte_order)) return failed;
  if (auto failed = read_one(words, OptionId::sample, to.sample, number)) return failed;
  const auto time = [](const std::string& word) { return parse_past_end(word, now()); };
  if (auto failed = read_one(words, OptionId::at, to.at, time)) return failed;
  if (to.sample == 0U) return UsageError{"bad sample \"0\" (samples are counted from 1)"};
  return std::nullopt;
}

/// A record is a source where one is named, or a time without a file.
Failure read_record(const Words& words, SourceChoice& to) {
  const bool named = words.given(OptionId::record);
  if (!named && (to.id == SourceId::file || !words.given(OptionId::at))) return std::nullopt;
  if (words.given(OptionId::source) || words.given(OptionId::proc_root)) {
    const std::string other = words.given(OptionId::source) ? "--source" : "--proc-root";
    return UsageError{(named ? "--record" : "--at") + std::string(" reads a record, so ") + other +
                      " does not go with it: use one"};
  }
  to.id = SourceId::record;
  to.file = kRecordDirectory;
  return read_text(words, OptionId::record, to.file);
}

/// Several are one list, one summary, one check and so on; a record is of one.
Failure check_namespaces(const Words& words, const std::string& netns) {
  if (!host::names_several(netns)) return std::nullopt;
  constexpr std::array kSeveral = {VerbId::list,  VerbId::summary,      VerbId::check,
                                   VerbId::watch, VerbId::watch_events, VerbId::audit};
  if (std::find(kSeveral.begin(), kSeveral.end(), words.verb.id) != kSeveral.end()) return std::nullopt;
  return UsageError{"--netns " + netns + " is for lists, summary, check, watch and audit: " +
                    std::string(words.verb.title) + " looks at one network namespace" +
                    (words.verb.id == VerbId::trace ? ", or at all" : "") + ", so type --netns NAME for each"};
}

/// A source that is read from now on.
Failure read_live(const Words& words, SourceChoice& to) {
  std::string word(info(SourceId::automatic).name);
  if (auto failed = read_text(words, OptionId::netns, to.netns, "NAME, PID or PATH")) return failed;
  if (auto failed = check_namespaces(words, to.netns)) return failed;
  if (auto failed = read_text(words, OptionId::source, word, "auto, netlink, proc, both or FILE")) return failed;
  if (auto failed = read_text(words, OptionId::proc_root, to.proc_root)) return failed;
  if (auto failed = read_one(words, OptionId::timeout, to.timeout, parse_timeout)) return failed;
  to.strict = words.given(OptionId::strict);
  to.id = parse_source(word);
  if (to.id == SourceId::file) to.file = word;
  if (to.proc_root.empty()) return std::nullopt;
  if (!info(to.id).traits.reads_proc) {
    return UsageError{"--proc-root reads text files, so it goes with --source proc, not " + in_quotes(word)};
  }
  to.id = SourceId::proc;
  return std::nullopt;
}

Failure read(const Words& words, SourceChoice& to) {
  if (auto failed = read_live(words, to)) return failed;
  if (auto failed = read_record(words, to)) return failed;
  return read_saved(words, to);
}

UsageError contradiction(const Words& words) {
  return {"-j contradicts --format " + words.typed.value(OptionId::format).value_or("")};
}

Failure read_format(const Words& words, FormatId& to) {
  if (auto failed = read_one(words, OptionId::format, to, parse_format)) return failed;
  if (!words.given(OptionId::json)) return std::nullopt;
  if (words.given(OptionId::format) && to != FormatId::json) return contradiction(words);
  to = FormatId::json;
  return std::nullopt;
}

/// Whether the verb prints that format.
Failure check_format(const Words& words, FormatId format) {
  const render::Format& asked = render::format(format);
  if (render::writes(asked, words.verb.document)) return std::nullopt;
  return UsageError{std::string(words.verb.title) + " prints " + render::writers_of(words.verb.document) +
                    std::string(words.verb.other_formats) + std::string(asked.name) +
                    std::string(words.verb.also_formats)};
}

Failure read(const Words& words, OutputChoice& to) {
  if (auto failed = read_format(words, to.format)) return failed;
  if (auto failed = check_format(words, to.format)) return failed;
  to.quiet = words.given(OptionId::quiet);
  to.verbose = words.given(OptionId::verbose);
  return read_text(words, OptionId::output_file, to.file);
}

Failure read(const Words& words, TextChoice& to) {
  to.header = !words.given(OptionId::no_header);
  to.truncate = !words.given(OptionId::no_truncate);
  return read_one(words, OptionId::color, to.colour, parse_when);
}

Failure read_columns(const Words& words, FormatId format, RowChoice& to) {
  for (const std::string& piece : words.pieces(OptionId::output)) {
    const bool add = piece.starts_with('+');
    const auto column = parse_column(std::string_view(piece).substr(add ? 1 : 0));
    if (!column) return column.error();
    // "+PID,PROCESS" adds both: what follows a + in one list belongs to it.
    (add || !to.added_columns.empty() ? to.added_columns : to.columns).push_back(*column);
  }
  if (!words.given(OptionId::output)) return std::nullopt;
  if (to.columns.empty() && to.added_columns.empty()) return UsageError{"--output names no column"};
  if (render::format(format).has_columns) return std::nullopt;
  return UsageError{"--output chooses columns of table, plain and csv; " + std::string(render::format(format).name) +
                    " always has all keys"};
}

Failure read(const Words& words, FormatId format, RowChoice& to) {
  const auto count = [](const std::string& word) { return parse_count(word, "limit", UINT64_MAX); };
  to.processes = words.given(OptionId::processes);
  to.info = words.given(OptionId::info);
  to.memory = words.given(OptionId::memory);
  to.extended = words.given(OptionId::extended);
  to.resolve = words.given(OptionId::resolve);
  if (auto failed = read_columns(words, format, to)) return failed;
  std::vector<survey::SortKey> keys;
  if (auto failed = read_each(words, OptionId::sort, keys, parse_sort_key)) return failed;
  for (const survey::SortKey& key : keys) {
    // Among rows that are equal by a column, that column decides nothing more.
    const bool again = std::any_of(to.sort.begin(), to.sort.end(),
                                   [&](const survey::SortKey& other) { return other.column == key.column; });
    if (!again) to.sort.push_back(key);
  }
  return read_one(words, OptionId::limit, to.limit, count);
}

Failure read(const Words& words, Sampling& to) {
  constexpr std::chrono::milliseconds kShortest{50};
  const auto interval = [&](const std::string& word) { return parse_interval(word, kShortest); };
  const auto count = [](const std::string& word) { return parse_count(word, "count", UINT64_MAX); };
  if (auto failed = read_one(words, OptionId::interval, to.interval, interval)) return failed;
  if (auto failed = read_one(words, OptionId::count, to.count, count)) return failed;
  if (to.count == 0U) return UsageError{"bad count \"0\" (a watch takes at least one sample)"};
  return std::nullopt;
}

/// The parts that most commands have.
template <typename C>
Failure read_parts(const Words& words, C& to) {
  if (auto failed = read_filter(words, to.filter)) return failed;
  if (auto failed = read(words, to.output)) return failed;
  if (auto failed = read(words, to.source)) return failed;
  if constexpr (requires { to.text; }) {
    if (auto failed = read(words, to.text)) return failed;
  }
  if constexpr (requires { to.rows; }) return read(words, to.output.format, to.rows);
  return std::nullopt;
}

bool is_rate(const Column& column) { return column.object == JsonObject::rates; }

/// Rates are of two samples of tcp_info, so that both have to be taken.
Failure read_rate(const Words& words, const filter::Filter& filter, const SourceChoice& source, RowChoice& to) {
  const auto among = [](const auto& columns) {
    return std::any_of(columns.begin(), columns.end(), [](const Column* one) { return is_rate(*one); });
  };
  const bool sorted =
      std::any_of(to.sort.begin(), to.sort.end(), [](const survey::SortKey& key) { return is_rate(*key.column); });
  const bool asked = words.given(OptionId::rate);
  if (asked && !info(source.id).live()) {
    return UsageError{"--rate takes two samples of a live host; " + in_quotes(source.file) +
                      " has the rates that were saved with it"};
  }
  if (asked && source.id == SourceId::proc) {
    return UsageError{"--rate compares tcp_info, which /proc does not have: --source netlink"};
  }
  // Elsewhere such a column is unknown, as all of tcp_info is.
  const bool sampled = info(source.id).live() && source.id != SourceId::proc;
  to.rate = sampled && (asked || filter.needs.rates || sorted || among(to.columns) || among(to.added_columns));
  return std::nullopt;
}

/// Connections of MPTCP instead of those of TCP.
Failure read_mptcp(const Words& words, bool& mptcp, SourceChoice& source) {
  mptcp = words.given(OptionId::mptcp);
  if (!mptcp) return std::nullopt;
  if (source.id != SourceId::automatic && source.id != SourceId::netlink) {
    return UsageError{"--mptcp lists what netlink alone tells: --source netlink"};
  }
  source.id = SourceId::netlink;
  return std::nullopt;
}

Failure read(const Words& words, ListCommand& to) {
  constexpr std::chrono::milliseconds kShortest{50};
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = read_rate(words, to.filter, to.source, to.rows)) return failed;
  if (auto failed = read_mptcp(words, to.rows.mptcp, to.source)) return failed;
  if (words.given(OptionId::interval) && !to.rows.rate) {
    return UsageError{
        refusal(words.verb, option_info(OptionId::interval), words.typed.value(OptionId::interval).value_or(""))};
  }
  return read_one(words, OptionId::interval, to.interval,
                  [&](const std::string& word) { return parse_interval(word, kShortest); });
}

/// Counters and settings are those of one namespace.
Failure refuse_several_namespaces(const SourceChoice& source) {
  if (!host::names_several(source.netns)) return std::nullopt;
  return UsageError{"metrics are of one network namespace; write a file for each that --netns names"};
}

/// Metrics have series of their own for it, and a bound.
Failure refuse_other_groups(const SummaryCommand& command) {
  if (!render::format(command.output.format).counts_metrics) return std::nullopt;
  if (auto failed = refuse_several_namespaces(command.source)) return failed;
  for (const std::string& key : command.group_by) {
    if (key == survey::kProcessKey || key == "unit" || key == "remote") continue;
    return UsageError{"metrics are grouped by process, unit and remote, not by " + key + "; another format takes it"};
  }
  return std::nullopt;
}

/// Of a live host, where nobody takes two samples.
Failure refuse_rates(const filter::Filter& filter, const SourceChoice& source) {
  if (!filter.needs.rates || !info(source.id).live()) return std::nullopt;
  return UsageError{"a filter by rates compares two samples, which lists and watch take: tcpstat --rate"};
}

/// `without_metrics`: what to say where none are made; empty: they are.
Failure read_metrics_ports(const Words& words, std::string_view without_metrics, std::vector<std::uint16_t>& to) {
  std::vector<filter::PortRange> ranges;
  if (auto failed = read_each(words, OptionId::ports, ranges, parse_ports)) return failed;
  if (ranges.empty()) return std::nullopt;
  if (!without_metrics.empty()) return UsageError{std::string(without_metrics)};
  for (const filter::PortRange& range : ranges) {
    for (std::uint32_t port = range.first; port <= range.last; ++port) to.push_back(static_cast<std::uint16_t>(port));
  }
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
  if (to.size() <= Metrics::kMostPorts) return std::nullopt;
  return UsageError{"--ports takes at most " + std::to_string(Metrics::kMostPorts) +
                    " ports: each is eleven series of metrics"};
}

Failure read(const Words& words, SummaryCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = refuse_rates(to.filter, to.source)) return failed;
  for (const std::string& piece : words.pieces(OptionId::by)) {
    const auto key = parse_group_key(piece);
    if (!key) return key.error();
    if (std::find(to.group_by.begin(), to.group_by.end(), *key) == to.group_by.end()) to.group_by.push_back(*key);
  }
  if (words.given(OptionId::by) && to.group_by.empty()) return UsageError{"--by names no key"};
  if (auto failed = refuse_other_groups(to)) return failed;
  const bool has_metrics = render::format(to.output.format).counts_metrics;
  if (auto failed = read_mptcp(words, to.mptcp, to.source)) return failed;
  if (to.mptcp && has_metrics) {
    return UsageError{"metrics count connections of TCP; another format counts those of MPTCP: summary -M -f json"};
  }
  const std::string_view refusal = has_metrics ? "" : "--ports is for -f prometheus; --local-port selects sockets";
  if (auto failed = read_metrics_ports(words, refusal, to.metrics_ports)) return failed;
  const auto count = [](const std::string& word) { return parse_count(word, "limit", UINT64_MAX); };
  return read_one(words, OptionId::limit, to.limit, count);
}

/// The samples of a watch are new ones, or with --replay those of a record.
template <typename C>
Failure read_replay(const Words& words, C& to) {
  const auto span = [](const std::string& word) { return parse_time_span(word, now()); };
  if (auto failed = read_one(words, OptionId::replay, to.replay, span)) return failed;
  if (to.replay) {
    if (words.given(OptionId::source) || words.given(OptionId::proc_root) || words.given(OptionId::netns)) {
      return UsageError{"--replay shows the samples of a record: --record DIR names it"};
    }
    to.source.id = SourceId::record;
    if (to.source.file.empty()) to.source.file = kRecordDirectory;
    return std::nullopt;
  }
  if (to.source.id == SourceId::record) {
    return UsageError{"watch samples a live host; --replay FROM..TO shows the samples of a record"};
  }
  if (info(to.source.id).live()) return std::nullopt;
  return UsageError{"watch samples a live host, so " + in_quotes(to.source.file) + " cannot be its source"};
}

bool chooses_format(const Words& words) {
  return words.given(OptionId::format) || words.given(OptionId::json) || words.given(OptionId::output);
}

Failure read(const Words& words, WatchCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = read_replay(words, to)) return failed;
  if (to.replay && words.given(OptionId::mptcp)) {
    return UsageError{"a record has connections of TCP, and MPTCP_TOKEN of their subflows: leave out --mptcp"};
  }
  if (auto failed = read_mptcp(words, to.rows.mptcp, to.source)) return failed;
  if (auto failed = read_rate(words, to.filter, to.source, to.rows)) return failed;
  if (chooses_format(words)) to.format_in_pipe = to.output.format;
  return read(words, to.sampling);
}

Failure read(const Words& words, EventsCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = refuse_rates(to.filter, to.source)) return failed;
  if (auto failed = read_replay(words, to)) return failed;
  if (!info(to.source.id).traits.one_source) {
    return UsageError{"watch --events follows the sockets of one source: --source netlink or --source proc"};
  }
  if (chooses_format(words)) to.format_in_pipe = to.output.format;
  return read(words, to.sampling);
}

Failure read(const Words& words, TraceCommand& to) {
  constexpr std::chrono::milliseconds kShortest{1};
  const auto duration = [&](const std::string& word) { return parse_interval(word, kShortest); };
  const auto count = [](const std::string& word) { return parse_count(word, "count", UINT64_MAX); };
  if (auto failed = read_filter(words, to.filter)) return failed;
  // A listener's own moves are transitions as well.
  if (const std::string_view word = to.filter.needs.row_word; !word.empty()) {
    return UsageError{"the kernel announces a transition without " + std::string(word) +
                      "; tcpstat watch --events reads whole rows"};
  }
  const bool chosen = words.given(OptionId::state) || words.given(OptionId::listening) || to.filter.needs.states;
  if (!chosen) to.filter.states = StateSet::all();
  if (auto failed = read(words, to.output)) return failed;
  if (auto failed = read(words, to.text)) return failed;
  if (auto failed = read_one(words, OptionId::duration, to.duration, duration)) return failed;
  if (auto failed = read_one(words, OptionId::count, to.count, count)) return failed;
  if (to.count == 0U) return UsageError{"bad count \"0\" (a trace prints at least one transition)"};
  to.strict = words.given(OptionId::strict);
  to.lives = words.given(OptionId::lives);
  to.processes = words.given(OptionId::processes);
  if (auto failed = read_one(words, OptionId::source, to.source, parse_trace_source)) return failed;
  if (auto failed = read_text(words, OptionId::netns, to.netns, "all, NAME, PID or PATH")) return failed;
  if (to.netns != host::kAllNamespaces) {
    if (auto failed = check_namespaces(words, to.netns)) return failed;
  }
  to.command = words.command;
  if (to.source == TraceSource::tracefs && !to.command.empty()) {
    return UsageError{"tracefs does not tell whose a socket is; following a command takes --source bpf"};
  }
  if (to.source == TraceSource::tracefs && to.processes) {
    return UsageError{"tracefs does not tell which process did it; -p takes --source bpf"};
  }
  if (to.source == TraceSource::tracefs && !to.netns.empty() && to.netns != host::kAllNamespaces) {
    return UsageError{
        "tracefs shows the transitions of all network namespaces and does not say which is whose; --source bpf tells "
        "them apart, and tcpstat watch --events --netns NAME samples one"};
  }
  if (auto failed = read_one(words, OptionId::only, to.only, parse_transition_kind)) return failed;
  if (chooses_format(words)) to.format_in_pipe = to.output.format;
  return std::nullopt;
}

Failure read(const Words& words, ExplainCommand& to) {
  to.subject = words.operand;
  if (to.subject.empty() && !words.given(OptionId::all)) {
    return UsageError{
        "explain what? a state, a pair FROM:TO, a rule, a word such as half-open, or machine (see: tcpstat explain "
        "--all)"};
  }
  if (auto failed = read_text(words, OptionId::proc_root, to.proc_root)) return failed;
  if (to.subject == kMachine) to.drawing = find_drawing(words.typed.value(OptionId::format).value_or(""));
  if (to.drawing == Drawing::none) return read(words, to.output);
  if (words.given(OptionId::json)) return contradiction(words);
  to.output.quiet = words.given(OptionId::quiet);
  return read_text(words, OptionId::output_file, to.output.file);
}

Failure read(const Words& words, ValidateCommand& to) {
  to.log = words.operand.empty() ? "-" : words.operand;
  to.truncate = !words.given(OptionId::no_truncate);
  to.strict = words.given(OptionId::strict);
  if (auto failed = read_text(words, OptionId::proc_root, to.proc_root)) return failed;
  return read(words, to.output);
}

/// A blank would end the value in performance data.
std::string without_blanks(std::string text) {
  std::erase_if(text, [](unsigned char c) { return c <= ' '; });
  return text;
}

Failure read(const Words& words, CountLimits& to) {
  for (const OptionId id :
       {OptionId::rule, OptionId::threshold, OptionId::interval, OptionId::exact, OptionId::state_file}) {
    if (!words.given(id)) continue;
    return UsageError{"--" + std::string(option_info(id).name) +
                      " is for rules, while -w and -c count the selected sockets: use one"};
  }
  const auto range_of = [](OptionId id) {
    return [id](const std::string& word) { return parse_range(word, option_info(id).name); };
  };
  if (auto failed = read_one(words, OptionId::warning, to.warning, range_of(OptionId::warning))) return failed;
  if (auto failed = read_one(words, OptionId::critical, to.critical, range_of(OptionId::critical))) return failed;
  to.warning_text = without_blanks(words.typed.value(OptionId::warning).value_or(""));
  to.critical_text = without_blanks(words.typed.value(OptionId::critical).value_or(""));
  return std::nullopt;
}

Failure read(const Words& words, RuleChoice& to) {
  /// Less would see no SYN+ACK retransmit (the first comes after 1 s) and no lag between a cookie and its answer.
  constexpr std::chrono::seconds kLeastInterval{3};
  const auto interval = [&](const std::string& word) { return parse_interval(word, kLeastInterval); };
  if (words.given(OptionId::state) || words.given(OptionId::all) || words.given(OptionId::listening)) {
    return UsageError{"--state, -a and -l select what -w and -c count, and rules read all states: add -w or -c"};
  }
  if (words.expression && filter::needs_of(words.expression->expression).states) {
    return UsageError{"a filter by state selects what -w and -c count, and rules read all states: add -w or -c"};
  }
  if (auto failed = read_one(words, OptionId::interval, to.interval, interval)) return failed;
  if (auto failed = read_each(words, OptionId::rule, to.rules, parse_rule)) return failed;
  for (const std::string& piece : words.pieces(OptionId::threshold)) {
    if (auto failed = parse_threshold(piece, to.thresholds)) return failed;
  }
  to.exact = words.given(OptionId::exact);
  if (to.exact && !to.interval) return UsageError{"--exact counts handshakes for a time: say how long by --interval"};
  if (words.given(OptionId::state_file) && host::names_several(words.typed.value(OptionId::netns).value_or(""))) {
    return UsageError{"--state-file remembers one network namespace: run check for each"};
  }
  return read_text(words, OptionId::state_file, to.state_file);
}

Failure read(const Words& words, CheckCommand& to) {
  if (auto failed = read_parts(words, to)) return failed;
  if (auto failed = refuse_rates(to.filter, to.source)) return failed;
  to.filter_words = filters_as_typed(words);
  if (auto failed = read_text(words, OptionId::metrics_file, to.metrics_file)) return failed;
  const bool has_metrics = !to.metrics_file.empty() || render::format(to.output.format).counts_metrics;
  if (has_metrics) {
    if (auto failed = refuse_several_namespaces(to.source)) return failed;
  }
  const std::string_view refusal =
      has_metrics ? "" : "--ports is for -f prometheus and --metrics-file; --local-port selects sockets";
  if (auto failed = read_metrics_ports(words, refusal, to.metrics_ports)) return failed;
  if (counts_sockets(words)) return read(words, to.judge.emplace<CountLimits>());
  return read(words, to.judge.emplace<RuleChoice>());
}

Failure read(const Words& words, RecordCommand& to) {
  constexpr std::chrono::milliseconds kShortest{1000};
  constexpr std::uint64_t kMostPercent = 90;
  const auto interval = [&](const std::string& word) { return parse_interval(word, kShortest); };
  const auto count = [](const std::string& word) { return parse_count(word, "count", UINT64_MAX); };
  const auto percent = [](const std::string& word) { return parse_count(word, "percentage", kMostPercent); };
  to.interval = std::chrono::seconds(10);
  to.keep = std::chrono::hours(7 * 24);
  to.max_size = std::uint64_t{1} << 30U;
  to.min_free = 5;
  to.directory = kRecordDirectory;
  to.info = words.given(OptionId::info);
  to.output.quiet = words.given(OptionId::quiet);
  to.output.verbose = words.given(OptionId::verbose);
  if (auto failed = read_text(words, OptionId::record, to.directory)) return failed;
  if (auto failed = read_one(words, OptionId::interval, to.interval, interval)) return failed;
  if (auto failed = read_one(words, OptionId::count, to.count, count)) return failed;
  if (to.count == 0U) return UsageError{"bad count \"0\" (a record takes at least one sample)"};
  if (auto failed = read_one(words, OptionId::keep, to.keep, parse_duration)) return failed;
  if (auto failed = read_one(words, OptionId::max_size, to.max_size, parse_size)) return failed;
  if (auto failed = read_one(words, OptionId::min_free, to.min_free, percent)) return failed;
  if (auto failed = read_live(words, to.source)) return failed;
  return std::nullopt;
}

/// The span of --since and --until; the day before its end without a beginning.
Parsed<TimeSpan> read_time_span(const Words& words) {
  const std::chrono::microseconds at = now();
  const std::string until = words.typed.value(OptionId::until).value_or("now");
  if (const auto since = words.typed.value(OptionId::since)) return parse_time_span(*since, until, at);
  const auto end = parse_past(until, at);
  if (!end) return tl::make_unexpected(end.error());
  return TimeSpan{*end - std::chrono::hours(24), *parse_past_end(until, at)};
}

Failure read(const Words& words, HistoryCommand& to) {
  constexpr std::chrono::milliseconds kShortest{1000};
  const auto interval = [&](const std::string& word) { return parse_interval(word, kShortest); };
  const auto count = [](const std::string& word) { return parse_count(word, "limit", UINT64_MAX); };
  to.directory = kRecordDirectory;
  to.findings = words.given(OptionId::findings);
  to.strict = words.given(OptionId::strict);
  if (auto failed = read_text(words, OptionId::record, to.directory)) return failed;
  const auto span = read_time_span(words);
  if (!span) return span.error();
  if (span->to < span->from) return UsageError{"--until is before --since"};
  to.span = *span;
  if (auto failed = read_one(words, OptionId::interval, to.interval, interval)) return failed;
  if (auto failed = read_one(words, OptionId::limit, to.limit, count)) return failed;
  if (auto failed = read_one(words, OptionId::by, to.by, parse_history_key)) return failed;
  if (to.findings && words.given(OptionId::by))
    return UsageError{"--findings lists findings, so --by does not go with it"};
  if (to.by == "finding") to.findings = true;
  if (auto failed = read(words, to.output)) return failed;
  return read(words, to.text);
}

Failure read(const Words& words, AuditCommand& to) {
  if (auto failed = read(words, to.output)) return failed;
  return read(words, to.source);
}

template <typename C>
Parsed<Command> make(const Words& words) {
  C command;
  if (auto failed = read(words, command)) return tl::make_unexpected(*failed);
  return Command(std::move(command));
}

Parsed<Command> command_of(const Words& words) {
  switch (words.verb.id) {
    case VerbId::list:
      return make<ListCommand>(words);
    case VerbId::summary:
      return make<SummaryCommand>(words);
    case VerbId::watch:
      return make<WatchCommand>(words);
    case VerbId::watch_events:
      return make<EventsCommand>(words);
    case VerbId::trace:
      return make<TraceCommand>(words);
    case VerbId::explain:
      return make<ExplainCommand>(words);
    case VerbId::check:
      return make<CheckCommand>(words);
    case VerbId::record:
      return make<RecordCommand>(words);
    case VerbId::history:
      return make<HistoryCommand>(words);
    case VerbId::audit:
      return make<AuditCommand>(words);
    case VerbId::validate:
      break;
  }
  return make<ValidateCommand>(words);
}

Failure refuse_other_options(const Words& words) {
  for (const OptionInfo& option : options()) {
    if (!words.given(option.id) || (words.verb.takes | words.verb.tolerates).has(option.id)) continue;
    return UsageError{refusal(words.verb, option, words.typed.value(option.id).value_or(""))};
  }
  return std::nullopt;
}

/// An unset variable of a script would choose nothing, and so show everything. An empty range never alarms, as in other
/// monitoring plugins.
Failure refuse_empty_values(const TypedOptions& typed) {
  for (const OptionInfo& option : options()) {
    if (option.id == OptionId::warning || option.id == OptionId::critical) continue;
    for (const std::string& value : typed.values(option.id)) {
      if (option.takes_value() && value.find_first_not_of(",!^") == std::string::npos) {
        return UsageError{must_have_value(option.id, option.value)};
      }
    }
  }
  return std::nullopt;
}

OutputChoice output_of(const Command& command) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.output; }) return one.output;
        return OutputChoice();
      },
      command);
}

/// What was typed and means something else than its author may think.
std::vector<std::string> notes_on(const TypedOptions& typed) {
  std::vector<std::string> notes;
  if (typed.given_in_vain('u')) notes.emplace_back("only TCP is shown; -u changes nothing");
  for (const OptionId id : {OptionId::local, OptionId::remote}) {
    for (const std::string& piece : split_list(typed.values(id))) {
      if (std::string hint = port_hint(piece); !hint.empty()) notes.push_back(std::move(hint));
    }
  }
  for (const std::string& piece : split_list(typed.values(OptionId::process))) {
    if (piece.size() <= filter::kLongestComm) continue;
    notes.push_back(long_process_note(piece));
  }
  return notes;
}

}  // namespace

bool is_quiet(const Command& command) { return output_of(command).quiet; }

namespace {

TextCommand page_of(const VerbInfo& verb) { return {help_text(verb), &verb}; }

/// `tcpstat help [VERB]`: the page of --help, and no failure, whatever a monitoring system makes of `check --help`.
Parsed<ParsedLine> help_command(const CommandLine& line) {
  if (line.operands.size() == 1) return ParsedLine{page_of(verb_info(VerbId::list)), {}};
  const VerbInfo* verb = find_verb(line.operands[1]);
  if (verb == nullptr || line.operands.size() > 2) {
    const std::string& word = line.operands[verb == nullptr ? 1 : 2];
    return usage_error("cannot help with " + in_quotes(word) + " (see: tcpstat help; tcpstat explain --all)");
  }
  return ParsedLine{page_of(*verb), {}};
}

}  // namespace

Parsed<ParsedLine> parse_command(const CommandLine& line) {
  const bool asks_for_help = line.verb->id == VerbId::list && !line.operands.empty() && line.operands[0] == "help";
  if (asks_for_help && line.option_words.empty()) return help_command(line);
  const auto typed = parse_options(line);
  if (!typed) return tl::make_unexpected(typed.error());
  if (typed->given(OptionId::help)) return ParsedLine{page_of(*line.verb), {}};
  if (typed->given(OptionId::version)) return ParsedLine{TextCommand{"tcpstat " TCPSTAT_VERSION "\n", nullptr}, {}};
  const bool events = line.verb->id == VerbId::watch && typed->given(OptionId::events);
  const std::string from = typed->value(OptionId::source).value_or("");
  const bool exact = events && (from == "bpf" || from == "tracefs");
  const VerbInfo& watched = verb_info(exact ? VerbId::trace : VerbId::watch_events);
  Words words{*typed, events ? watched : *line.verb, line.operands.empty() ? "" : line.operands.front(), line.command};
  const bool filters = !line.operands.empty() || typed->given(OptionId::filter_file);
  if (line.verb->operand == Operand::filter && filters) {
    if (auto failed = read_expression(line.operands, words)) return tl::make_unexpected(*failed);
  }
  if (auto failed = refuse_other_options(words)) return tl::make_unexpected(*failed);
  auto command = command_of(words);
  if (!command) return tl::make_unexpected(command.error());
  if (auto failed = refuse_empty_values(*typed)) return tl::make_unexpected(*failed);
  if (const auto list = typed->value(OptionId::list)) command = WordsCommand{*list, output_of(*command)};
  ParsedLine parsed{std::move(*command), {}};
  parsed.notes = notes_on(*typed);
  if (words.expression) {
    for (std::string& note : notes_on(*words.expression)) parsed.notes.push_back(std::move(note));
  }
  return parsed;
}

}  // namespace tcpstat::cli::options
