#include "cli/options/verb_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <regex>
#include <set>

#include "cli/options/command.h"

namespace tcpstat::cli::options {
namespace {

using Words = std::vector<std::string>;

const std::string kFilters =
    "state all listening ipv4 ipv6 local remote port local-port remote-port user pid process unit container netns "
    "filter ";
const std::string kText = "no-header no-truncate ";
const std::string kRows = "output sort limit processes info memory extended rate ";

/// What each verb takes, in words: a change of the table shows here.
const std::map<VerbId, std::string> kTakes = {
    {VerbId::list,
     kFilters + kText + kRows +
         "mptcp resolve color format json output-file quiet verbose source proc-root timeout strict byte-order sample "
         "at record"},
    {VerbId::summary, kFilters + kText +
                          "color format json output-file quiet verbose source proc-root timeout strict byte-order "
                          "sample at record by ports limit mptcp"},
    {VerbId::watch,
     kFilters + kText + kRows +
         "mptcp color format json output-file quiet verbose source proc-root timeout strict byte-order interval count "
         "events record replay"},
    {VerbId::watch_events,
     kFilters + kText +
         "color format json output-file quiet verbose source proc-root timeout strict byte-order interval "
         "count events record replay"},
    {VerbId::trace, "state all listening ipv4 ipv6 local remote port local-port remote-port netns filter " + kText +
                        "color format json output-file quiet source strict count duration lives only processes"},
    {VerbId::explain, "all format json output-file quiet proc-root"},
    {VerbId::check, kFilters +
                        "format json output-file quiet verbose source proc-root byte-order sample at record timeout "
                        "interval warning critical rule "
                        "threshold exact state-file metrics-file ports color"},
    {VerbId::record,
     "record interval count info source proc-root netns timeout quiet verbose strict keep max-size min-free"},
    {VerbId::history,
     kText + "color format json output-file quiet record by interval limit since until findings strict"},
    {VerbId::audit, "netns format json output-file quiet verbose source proc-root timeout color"},
    {VerbId::validate, "format json output-file quiet no-truncate proc-root strict timeout byte-order"},
};

std::set<std::string> set_of(const std::string& text) {
  std::set<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t blank = std::min(text.find(' ', at), text.size());
    if (blank > at) words.insert(text.substr(at, blank - at));
    at = blank + 1;
  }
  return words;
}

/// A value that makes sense with every verb that takes the option.
std::string sample_value(OptionId id) {
  static const std::map<OptionId, std::string> kValues = {
      {OptionId::state, "SYN_RECV"},
      {OptionId::local, ":80"},
      {OptionId::remote, "192.0.2.1"},
      {OptionId::port, "80"},
      {OptionId::local_port, "80"},
      {OptionId::remote_port, "80"},
      {OptionId::user, "0"},
      {OptionId::pid, "1"},
      {OptionId::process, "sshd"},
      {OptionId::netns, "1"},
      {OptionId::filter_file, "/dev/null"},
      {OptionId::unit, "nginx"},
      {OptionId::container, "web"},
      {OptionId::format, "table"},
      {OptionId::output, "STATE"},
      {OptionId::sort, "STATE"},
      {OptionId::limit, "1"},
      {OptionId::color, "never"},
      {OptionId::output_file, "out"},
      {OptionId::source, "proc"},
      {OptionId::proc_root, "/proc"},
      {OptionId::timeout, "1"},
      {OptionId::by, "state"},
      {OptionId::ports, "80,443"},
      {OptionId::interval, "5"},
      {OptionId::count, "1"},
      {OptionId::duration, "3"},
      {OptionId::only, "resets"},
      {OptionId::warning, "1"},
      {OptionId::critical, "1"},
      {OptionId::rule, "syn-flood"},
      {OptionId::state_file, "state"},
      {OptionId::metrics_file, "tcpstat.prom"},
      {OptionId::byte_order, "big"},
      {OptionId::sample, "1"},
      {OptionId::at, "03:00"},
      {OptionId::record, "/var/lib/tcpstat"},
      {OptionId::replay, "03:00..03:10"},
      {OptionId::keep, "7d"},
      {OptionId::max_size, "1G"},
      {OptionId::min_free, "5"},
      {OptionId::since, "-8h"},
      {OptionId::until, "-1h"},
      {OptionId::list, "states"},
      {OptionId::threshold, "close-wait-leak.warning=5"},
  };
  return kValues.at(id);
}

/// The verb with this option and whatever else it needs to make sense.
Words words_for(const VerbInfo& verb, const OptionInfo& option) {
  Words words;
  if (!verb.word.empty()) words.emplace_back(verb.word);
  if (verb.id == VerbId::watch_events && option.id != OptionId::events) words.emplace_back("--events");
  if (verb.id == VerbId::explain) words.emplace_back("CLOSE");
  const bool takes = verb.takes.has(option.id);
  if (takes && option.id == OptionId::sample) words.insert(words.end(), {"--source", "file"});
  const bool watches = verb.id == VerbId::watch || verb.id == VerbId::watch_events;
  if (takes && watches && option.id == OptionId::record) words.insert(words.end(), {"--replay", "-2h..now"});
  if (takes && option.id == OptionId::byte_order) words.insert(words.end(), {"--proc-root", "/proc"});
  const bool counted = option.id == OptionId::state || option.id == OptionId::all || option.id == OptionId::listening;
  if (takes && option.id == OptionId::exact) words.insert(words.end(), {"--interval", "5"});
  if (takes && option.id == OptionId::ports) words.insert(words.end(), {"-f", "prometheus"});
  if (verb.id == VerbId::check && counted) words.insert(words.end(), {"-w", "1"});
  if ((verb.id == VerbId::watch_events || verb.id == VerbId::trace) && option.id == OptionId::json)
    words.insert(words.end(), {"-f", "json"});
  words.push_back("--" + std::string(option.name));
  const bool of_trace = verb.id == VerbId::trace && option.id == OptionId::source;
  if (option.takes_value()) words.push_back(of_trace ? "bpf" : sample_value(option.id));
  return words;
}

TEST_CASE("what each verb takes") {
  for (const VerbInfo& verb : verbs()) {
    CAPTURE(verb.title);
    const auto expected = set_of(kTakes.at(verb.id));
    for (const OptionInfo& option : options()) {
      CAPTURE(option.name);
      CHECK(verb.takes.has(option.id) == expected.contains(std::string(option.name)));
    }
  }
}

TEST_CASE("every option behind every verb is taken, tolerated, or refused with its name") {
  for (const VerbInfo& verb : verbs()) {
    for (const OptionInfo& option : options()) {
      CAPTURE(verb.title);
      CAPTURE(option.name);
      // Asked for like any other, and no format of these.
      const bool no_such_format = option.id == OptionId::json && verb.id == VerbId::watch;
      if (verb.id == VerbId::watch && option.id == OptionId::events) continue;   // is the next verb
      if (verb.id == VerbId::list && option.id == OptionId::interval) continue;  // goes with --rate alone
      const auto parsed = parse_command(scan_command_line(words_for(verb, option)));
      const bool goes = (verb.takes | verb.tolerates).has(option.id) && !no_such_format;
      CAPTURE(parsed ? "" : parsed.error().sentence);
      CHECK(parsed.has_value() == goes);
      if (parsed || no_such_format) continue;
      CHECK(parsed.error().sentence.find("--" + std::string(option.name)) != std::string::npos);
    }
  }
}

TEST_CASE("a refusal says where the option belongs, or why it does not go with the verb") {
  struct Row {
    VerbId verb;
    OptionId option;
    std::string value;
    std::string sentence;
  };
  const Row rows[] = {
      {VerbId::list, OptionId::interval, "2",
       "--interval goes with watch, check, record and history: tcpstat watch --interval 2"},
      {VerbId::summary, OptionId::events, "", "--events goes with watch: tcpstat watch --events"},
      {VerbId::list, OptionId::by, "state",
       "--by counts groups, so it goes with summary and history: tcpstat summary --by state"},
      {VerbId::list, OptionId::critical, "1",
       "--critical goes with check: tcpstat check --critical 1 (for a list again and again: tcpstat watch)"},
      {VerbId::audit, OptionId::threshold, "a b", "--threshold goes with check: tcpstat check --threshold 'a b'"},
      {VerbId::list, OptionId::rule, std::string(1000, 'x'), "--rule goes with check: tcpstat check --rule NAME,..."},
      {VerbId::summary, OptionId::sort, "STATE", "--sort is for lists of connections; a summary has its own order"},
      {VerbId::summary, OptionId::output, "STATE", "--output chooses columns of a list; a summary takes --by"},
      {VerbId::watch, OptionId::resolve, "", "--resolve is for lists; a watch would ask for the names again and again"},
      {VerbId::watch_events, OptionId::limit, "1",
       "--limit is for lists of connections; watch --events prints transitions"},
      {VerbId::check, OptionId::output, "STATE", "--output is for lists of connections; check judges"},
      {VerbId::trace, OptionId::pid, "1",
       "the kernel announces a transition without its owner; tcpstat watch --events takes --pid"},
      {VerbId::list, OptionId::duration, "3", "--duration goes with trace: tcpstat trace --duration 3"},
      {VerbId::explain, OptionId::port, "80", "explain reads no sockets, so --port does not go with it"},
      {VerbId::audit, OptionId::port, "80",
       "audit judges the host, not its connections, so --port does not go with it"},
      {VerbId::validate, OptionId::state, "LISTEN", "validate judges a whole log, so --state does not go with it"},
      {VerbId::validate, OptionId::source, "-", "validate judges a whole log, so --source does not go with it"},
  };
  for (const Row& row : rows) {
    CHECK(refusal(verb_info(row.verb), option_info(row.option), row.value) == row.sentence);
  }
}

TEST_CASE("how text looks, and notes, may stand behind any verb: an alias carries them") {
  for (const VerbInfo& verb : verbs()) {
    CAPTURE(verb.title);
    for (const OptionId id : {OptionId::no_header, OptionId::no_truncate, OptionId::color, OptionId::quiet,
                              OptionId::verbose, OptionId::timeout, OptionId::strict, OptionId::output_file,
                              OptionId::list, OptionId::help, OptionId::version}) {
      // A record is no document that could go elsewhere.
      const bool goes = verb.id != VerbId::record || id != OptionId::output_file;
      CHECK((verb.takes | verb.tolerates).has(id) == goes);
    }
    CHECK((verb.takes & verb.tolerates) == ((verb.takes & verb.tolerates) - OptionSet{OptionId::help}));
  }
}

TEST_CASE("a verb is found by its word") {
  CHECK(find_verb("watch")->id == VerbId::watch);
  CHECK(find_verb("") == nullptr);
  CHECK(find_verb("watch --events") == nullptr);
  CHECK(find_verb("Summary") == nullptr);
  CHECK(verb_words() == std::vector<std::string_view>{"summary", "watch", "trace", "explain", "check", "record",
                                                      "history", "audit", "validate"});
  for (const VerbInfo& verb : verbs()) CHECK(&verb_info(verb.id) == &verb);
}

TEST_CASE("what monitoring systems run fails in their way") {
  for (const VerbInfo& verb : verbs()) {
    const bool plugin = verb.id == VerbId::check || verb.id == VerbId::audit;
    CHECK((verb.exit_codes == ExitCodes::monitoring_plugin) == plugin);
  }
}

TEST_CASE("the formats of a verb are told as a list") {
  CHECK(render::writers_of(verb_info(VerbId::explain).document) == "table or json");
  CHECK(render::writers_of(verb_info(VerbId::validate).document) == "table, json or ndjson");
  CHECK(render::writers_of(verb_info(VerbId::list).document) == "table, plain, csv, json or ndjson");
}

TEST_CASE("help that tells the formats of a verb in its own words names those that it prints, and no others") {
  for (const VerbInfo& verb : verbs()) {
    const auto own = std::find_if(verb.own_options.begin(), verb.own_options.end(),
                                  [](const OwnOption& option) { return option.id == OptionId::format; });
    if (own == verb.own_options.end()) continue;
    for (const render::Format& format : render::formats()) {
      CAPTURE(verb.title);
      CAPTURE(format.name);
      const bool events = verb.id == VerbId::watch && render::writes(format, render::Document::transitions);
      const std::regex word("\\b" + std::string(format.name) + "\\b");
      const bool named = std::regex_search(std::string(own->meaning), word);
      CHECK(named == (render::writes(format, verb.document) || events));
    }
  }
}

}  // namespace
}  // namespace tcpstat::cli::options
