#include "cli/options/request.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>

#include "base/nearest_word.h"
#include "cli/options/check_request.h"
#include "cli/options/options.h"
#include "cli/options/verb_word.h"
#include "cli/options/watch_request.h"
#include "parsers/source/source.h"
#include "survey/grouping.h"

namespace tcpstat::cli::options {
namespace {

enum class Operand : std::uint8_t { none, one };

struct VerbWord {
  std::string_view word;
  Verb verb;
  Operand operand;
};

constexpr auto kVerbs = std::to_array<VerbWord>({{"summary", Verb::summary, Operand::none},
                                                 {"watch", Verb::watch, Operand::none},
                                                 {"explain", Verb::explain, Operand::one},
                                                 {"validate", Verb::validate, Operand::one},
                                                 {"check", Verb::check, Operand::none},
                                                 {"audit", Verb::audit, Operand::none}});

/// Everything as it was typed.
struct Typed {
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  std::map<std::string, bool, std::less<>> flags;
  std::map<char, bool> ignored;
  Verb verb = Verb::list;
  std::string operand;

  [[nodiscard]] bool judges_by_rules() const {  // which read all states; -w and -c count what a list shows
    return verb == Verb::audit || (verb == Verb::check && list("warning").empty() && list("critical").empty());
  }
  [[nodiscard]] bool flag(std::string_view name) const { return flags.find(name)->second; }
  [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const { return values.find(name)->second; }
  /// The last one counts.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const {
    const auto& all = list(name);
    return all.empty() ? std::nullopt : std::optional(all.back());
  }
};

std::string cli11_name(const OptionInfo& option) {
  const std::string long_name = "--" + std::string(option.long_name);
  return option.short_name == '\0' ? long_name : std::string("-") + option.short_name + "," + long_name;
}

std::string unexpected_argument(const std::string& word) {
  std::vector<std::string> spellings;
  if (word.starts_with('-')) {
    for (const OptionInfo& option : options()) spellings.push_back("--" + std::string(option.long_name));
  } else {
    for (const VerbWord& verb : kVerbs) spellings.emplace_back(verb.word);
  }
  const std::vector<std::string_view> candidates(spellings.begin(), spellings.end());
  const std::string_view nearest = nearest_word(word.substr(0, word.find('=')), candidates);
  if (word.starts_with('-')) {
    return "unknown option " + in_quotes(word) + " (" +
           (nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ") + "see: tcpstat --help)";
  }
  return "unexpected argument " + in_quotes(word) + " (" +
         (nearest.empty() ? "filters are options, such as --state or --port; "
                          : "did you mean " + std::string(nearest) + "? ") +
         "see: tcpstat --help)";
}

std::string needs_value(const OptionInfo& option) {
  std::string sentence = "--" + std::string(option.long_name) + " needs a value: " + std::string(option.value);
  if (option.long_name == "output") return "-o, " + sentence + " (for timers, look at the TIMER column)";
  if (option.long_name == "state") return "-s, " + sentence + " (for statistics: tcpstat summary)";
  return sentence;
}

/// What CLI11 could not parse, in our words.
std::string parse_failure(const CLI::ParseError& error, const CLI::App& app) {
  // CLI11 names the option at the front of its message: a flag without its dashes.
  const std::string text = error.what();
  for (const OptionInfo& option : options()) {
    if (option.value.empty()) {
      if (text.starts_with(std::string(option.long_name) + " was")) {
        return "--" + std::string(option.long_name) + " takes no value";
      }
      continue;
    }
    const std::string name = app.get_option("--" + std::string(option.long_name))->get_name(false, true);
    // Up to the colon: --local is not --local-port.
    if (!text.starts_with(name + ":") && !text.starts_with("--" + std::string(option.long_name) + ":")) continue;
    return needs_value(option);
  }
  return text + " (see: tcpstat --help)";
}

Parsed<Typed> parse_arguments(int argc, const char* const* argv) {
  Typed typed;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (const OptionInfo& option : options()) {
    const std::string name(option.long_name);
    if (option.value.empty()) {
      app.add_flag(cli11_name(option), typed.flags[name])
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
          ->disable_flag_override();
    } else {
      // One value each time it is given, so that the next word is never taken for another.
      app.add_option(cli11_name(option), typed.values[name])->allow_extra_args(false);
    }
  }
  for (const char letter : kIgnoredFlags) {
    app.add_flag(std::string("-") + letter, typed.ignored[letter])
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  std::vector<std::string> words = with_timeout_of_check({argv + 1, argv + argc});
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return usage_error(parse_failure(error, app));
  }
  // `ss -s -t` and `netstat -o -n`: the next option is no state and no column.
  for (const OptionInfo& option : options()) {
    if (option.long_name != "state" && option.long_name != "output") continue;
    for (const std::string& value : typed.list(option.long_name)) {
      if (value.starts_with('-')) return usage_error(needs_value(option));
    }
  }
  // No subcommand of CLI11: behind one it takes -4 for a number.
  std::vector<std::string> rest = app.remaining(true);
  std::erase(rest, "--");  // the end of options, after which there is nothing that looks like one
  const auto verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                 [&](const VerbWord& known) { return !rest.empty() && known.word == rest.front(); });
  if (verb != kVerbs.end()) {
    typed.verb = verb->verb;
    rest.erase(rest.begin());
    if (verb->operand == Operand::one && !rest.empty()) {
      typed.operand = rest.front();
      rest.erase(rest.begin());
    }
  }
  if (!rest.empty()) return usage_error(unexpected_argument(rest.front()));
  return typed;
}

/// Parses each piece of a list option into `to`; stops at the first that cannot be.
template <typename T, typename Parse>
std::optional<UsageError> parse_each(const std::vector<std::string>& values, std::vector<T>& to, Parse parse) {
  for (const std::string& piece : split_list(values)) {
    auto value = parse(piece);
    if (!value) return value.error();
    to.push_back(static_cast<T>(*value));
  }
  return std::nullopt;
}

std::optional<UsageError> read_filter(const Typed& typed, Request& to) {
  filter::Filter& filter = to.filter;
  if (typed.flag("ipv4") != typed.flag("ipv6")) {
    filter.ipv4 = typed.flag("ipv4");
    filter.ipv6 = typed.flag("ipv6");
  }
  const auto pid = [](const std::string& word) { return parse_count(word, "process id", UINT32_MAX); };
  for (const auto& failed :
       {parse_each(typed.list("local"), filter.local, parse_pattern),
        parse_each(typed.list("remote"), filter.remote, parse_pattern),
        parse_each(typed.list("port"), filter.ports, parse_ports),
        parse_each(typed.list("local-port"), filter.local_ports, parse_ports),
        parse_each(typed.list("remote-port"), filter.remote_ports, parse_ports),
        parse_each(typed.list("user"), filter.users, parse_user), parse_each(typed.list("pid"), filter.pids, pid)}) {
    if (failed) return failed;
  }
  filter.processes = split_list(typed.list("process"));

  const StateSet hidden{State::listen, State::close};
  if (const auto words = split_list(typed.list("state")); !words.empty()) {
    const auto states = parse_states(words);
    if (!states) return states.error();
    filter.states = *states;
  } else if (!typed.list("state").empty()) {
    return UsageError{"--state needs a value: a state, a number or a group (see: tcpstat --list states)"};
  } else if (typed.flag("all") ||
             ((typed.verb == Verb::summary || typed.judges_by_rules()) && !typed.flag("listening"))) {
    filter.states = StateSet::all();
  } else {
    filter.states = typed.flag("listening") ? StateSet{State::listen} : StateSet::all() - hidden;
  }
  return std::nullopt;
}

std::optional<UsageError> read_format(const Typed& typed, Request& to) {
  const std::string word = typed.flag("json") ? "json" : typed.value("format").value_or("table");
  if (typed.flag("json") && typed.value("format").value_or("json") != "json") {
    return UsageError{"-j contradicts --format " + *typed.value("format")};
  }
  if (typed.verb == Verb::explain && typed.operand == "machine" && (word == "dot" || word == "mermaid")) {
    to.drawing = word;
    to.format = render::find_format("table");
    return std::nullopt;
  }
  to.format_given = typed.flag("json") || !typed.list("format").empty();
  to.format = render::find_format(word);
  if (to.format == nullptr) {
    std::vector<std::string_view> names;
    for (const render::FormatInfo& format : render::formats()) names.push_back(format.name);
    const std::string_view nearest = nearest_word(word, names);
    return UsageError{"unknown format " + in_quotes(word) + " (" +
                      (nearest.empty() ? "" : "did you mean " + std::string(nearest) + "? ") +
                      "see: tcpstat --list formats)"};
  }
  return std::nullopt;
}

std::optional<UsageError> read_columns(const Typed& typed, Request& to) {
  for (std::string& piece : split_list(typed.list("output"))) {
    const bool add = piece.starts_with('+');
    const auto column = parse_column(add ? piece.substr(1) : piece);
    if (!column) return column.error();
    // "+PID,PROCESS" adds both: what follows a + in one list belongs to it.
    (add || !to.added_columns.empty() ? to.added_columns : to.columns).push_back(*column);
  }
  if (!typed.list("output").empty()) {
    if (to.columns.empty() && to.added_columns.empty()) return UsageError{"--output names no column"};
    if (!to.format->has_columns) {
      return UsageError{"--output chooses columns of table, plain and csv; " + std::string(to.format->name) +
                        " always has all keys"};
    }
    if (typed.verb == Verb::summary) return UsageError{"--output chooses columns of a list; a summary takes --by"};
  }
  for (const std::string& piece : split_list(typed.list("sort"))) {
    const std::size_t colon = piece.find(':');
    const auto column = parse_column(std::string_view(piece).substr(0, colon));
    if (!column) return column.error();
    const std::string order = colon == std::string::npos ? "asc" : piece.substr(colon + 1);
    if (order != "asc" && order != "desc") {
      return UsageError{"unknown sort order " + in_quotes(order) + " (asc or desc)"};
    }
    to.sort.push_back({*column, order == "desc"});
  }
  return std::nullopt;
}

std::optional<UsageError> read_output(const Typed& typed, Request& to) {
  if (auto failed = read_format(typed, to)) return failed;
  if (auto failed = read_columns(typed, to)) return failed;
  if (const auto word = typed.value("limit")) {
    const auto limit = parse_count(*word, "limit", UINT64_MAX);
    if (!limit) return limit.error();
    to.limit = *limit;
  }
  if (const auto word = typed.value("color")) {
    if (*word != "auto" && *word != "always" && *word != "never") {
      return UsageError{"unknown value " + in_quotes(*word) + " of --color (auto, always or never)"};
    }
    to.colour = *word == "auto" ? When::automatic : *word == "always" ? When::always : When::never;
  }
  to.header = !typed.flag("no-header");
  to.truncate = !typed.flag("no-truncate");
  to.processes = typed.flag("processes");
  to.info = typed.flag("info");
  to.resolve = typed.flag("resolve");
  to.quiet = typed.flag("quiet");
  to.verbose = typed.flag("verbose");
  if (const auto path = typed.value("output-file")) {
    if (path->empty()) return UsageError{"--output-file needs a value: PATH"};
    to.output_file = *path;
  }
  return std::nullopt;
}

std::optional<UsageError> read_source(const Typed& typed, Request& to) {
  to.netns = typed.value("netns").value_or("");
  if (!typed.list("netns").empty() && to.netns.empty()) return UsageError{"--netns needs a value: NAME, PID or PATH"};
  to.strict = typed.flag("strict");
  if (const auto word = typed.value("timeout")) {
    const auto timeout = parse_timeout(*word);
    if (!timeout) return timeout.error();
    to.timeout = *timeout;
  }
  to.source = typed.value("source").value_or("auto");
  if (to.source.empty()) return UsageError{"--source needs a value: auto, netlink, proc, both or FILE"};
  if (const auto root = typed.value("proc-root")) {
    if (root->empty()) return UsageError{"--proc-root needs a value: DIR"};
    if (to.source != "auto" && to.source != "proc") {
      return UsageError{"--proc-root reads text files, so it goes with --source proc, not " + in_quotes(to.source)};
    }
    to.proc_root = *root;
    to.source = "proc";
  }
  return std::nullopt;
}

std::optional<UsageError> read_summary(const Typed& typed, Request& to) {
  const auto known = survey::group_key_names();
  for (std::string piece : split_list(typed.list("by"))) {
    std::replace(piece.begin(), piece.end(), '-', '_');
    std::transform(piece.begin(), piece.end(), piece.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (std::find(known.begin(), known.end(), piece) == known.end()) {
      const std::string_view nearest = nearest_word(piece, known);
      std::string all;
      for (const std::string_view name : known) all += (all.empty() ? "" : ", ") + std::string(name);
      return UsageError{"unknown key " + in_quotes(piece) + " of --by (" +
                        (nearest.empty() ? "one of " + all : "did you mean " + std::string(nearest) + "?") + ")"};
    }
    if (std::find(to.group_by.begin(), to.group_by.end(), piece) == to.group_by.end()) to.group_by.push_back(piece);
  }
  if (!typed.list("by").empty() && to.group_by.empty()) return UsageError{"--by names no key"};
  if (!to.group_by.empty() && typed.verb != Verb::summary) {
    return UsageError{"--by counts groups, so it goes with the summary: tcpstat summary --by " + to.group_by.front()};
  }
  if (typed.verb != Verb::summary) return std::nullopt;
  for (const char* option : {"sort", "limit"}) {
    if (!typed.list(option).empty()) {
      return UsageError{"--" + std::string(option) + " is for lists of connections; a summary has its own order"};
    }
  }
  return std::nullopt;
}

std::optional<UsageError> read_explain(const Typed& typed, Request& to) {
  if (typed.verb != Verb::explain) return std::nullopt;
  to.subject = typed.operand;
  if (typed.operand.empty() && !typed.flag("all")) {
    return UsageError{
        "explain what? a state, a pair FROM:TO, a rule, a lifecycle or machine (see: tcpstat explain --all)"};
  }
  if (to.format->name != "table" && to.format->name != "json") {
    return UsageError{"explain prints table or json, and the machine also dot or mermaid; not " +
                      std::string(to.format->name)};
  }
  return std::nullopt;
}

TypedOptions as_typed(const Typed& typed) {
  return {[&](std::string_view name) { return typed.list(name); },
          [&](std::string_view name) { return typed.flag(name); }};
}

std::optional<UsageError> read_validate(const Typed& typed, Request& to) {
  if (typed.verb != Verb::validate) return std::nullopt;
  to.log = typed.operand.empty() ? "-" : typed.operand;
  if (to.format->name != "table" && to.format->name != "json" && to.format->name != "ndjson") {
    return UsageError{"validate prints table, json or ndjson; not " + std::string(to.format->name)};
  }
  for (const OptionInfo& option : options()) {
    const bool given = option.value.empty() ? typed.flag(option.long_name) : !typed.list(option.long_name).empty();
    if (!given || (option.group != "Filters" && option.group != "Summary" && option.long_name != "source" &&
                   option.long_name != "sort" && option.long_name != "limit")) {
      continue;
    }
    return UsageError{"validate judges a whole log, so --" + std::string(option.long_name) + " does not go with it"};
  }
  return std::nullopt;
}

}  // namespace

Parsed<Request> parse_request(int argc, const char* const* argv) {
  auto typed = parse_arguments(argc, argv);
  if (!typed) return tl::make_unexpected(typed.error());
  Request request;
  if (typed->flag("help")) {
    request.verb = Verb::help;
    return request;
  }
  if (typed->flag("version")) {
    request.verb = Verb::version;
    return request;
  }
  request.verb = typed->verb;
  for (const auto& read : {read_filter, read_output, read_source, read_summary, read_explain, read_validate}) {
    if (auto failed = read(*typed, request)) return tl::make_unexpected(*failed);
  }
  for (const auto& read : {read_watch_options, read_check_options}) {
    if (auto failed = read(as_typed(*typed), request)) return tl::make_unexpected(*failed);
  }
  if (const auto what = typed->value("list")) {
    request.verb = Verb::words;
    request.words_of = *what;
  }
  if (typed->ignored.at('u')) request.notes.push_back("only TCP is shown; -u changes nothing");
  return request;
}

}  // namespace tcpstat::cli::options
