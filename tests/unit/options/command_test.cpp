#include "cli/options/command.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::cli::options {
namespace {

Parsed<ParsedLine> parse(const std::vector<std::string>& words) { return parse_command(scan_command_line(words)); }

template <typename C>
C parse_as(const std::vector<std::string>& words) {
  CAPTURE(words.empty() ? "" : words.front());
  return std::get<C>(parse(words).value().command);
}

std::string sentence(const std::vector<std::string>& words) {
  const auto parsed = parse(words);
  return parsed ? "" : parsed.error().sentence;
}

TEST_CASE("options stand before or after the verb") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"summary", "-j", "-4"}, std::vector<std::string>{"-j", "-4", "summary"}}) {
    const auto request = parse(words);
    REQUIRE(request);
    const auto& summary = std::get<SummaryCommand>(request->command);
    CHECK(summary.output.format == FormatId::json);
    CHECK_FALSE(summary.filter.ipv6);
  }
}

TEST_CASE("what cannot be meant is one sentence") {
  struct Row {
    std::string_view name;
    std::vector<std::string> words;
    std::string_view part;
  };
  const Row rows[] = {
      {"an unknown state", {"--state", "SYNRECEIVE"}, "did you mean SYN_RECV?"},
      {"a good and an unknown state", {"--state", "SYN_RECV,FOO"}, "unknown state \"FOO\""},
      {"no state", {"--state", ","}, "--state needs a value"},
      {"ss -s", {"-s"}, "tcpstat summary"},
      {"netstat -antpo", {"-antpo"}, "TIMER"},
      {"an unknown option", {"--stat", "LISTEN"}, "did you mean --state?"},
      {"an unknown verb", {"sumary"}, "did you mean summary?"},
      {"an address alone", {"192.0.2.1"}, "did you mean dst 192.0.2.1?"},
      {"a port alone", {"443"}, "did you mean port 443?"},
      {"a state alone", {"summary", "SYN_RECV"}, "did you mean state SYN_RECV?"},
      {"netstat -p TCP", {"-n", "-p", "TCP"}, "there is only TCP here"},
      {"a field that does not exist",
       {"sport = 80 and", "dprot = 1"},
       "at character 16 of \"sport = 80 and dprot = 1\""},
      {"states for rules", {"check", "state", "established"}, "rules read all states"},
      {"what a transition lacks", {"trace", "rtt > 1ms"}, "without RTT_US"},
      {"an unknown user in a filter", {"user", "no-such-user-here"}, "unknown user"},
      {"a host name", {"--remote", "example.org"}, "not a host name"},
      {"an unknown format", {"-f", "jason"}, "did you mean json?"},
      {"-j and another format", {"-j", "-f", "csv"}, "contradicts"},
      {"columns of json", {"-j", "-o", "STATE"}, "json always has all keys"},
      {"columns of a summary", {"summary", "-o", "STATE"}, "--by"},
      {"an unknown column", {"-o", "STAT"}, "did you mean STATE?"},
      {"an unknown sort order", {"-S", "UID:down"}, "asc or desc"},
      {"a negative limit", {"--limit", "-1"}, "limit"},
      {"a colour", {"--color", "red"}, "auto, always or never"},
      {"a timeout", {"--timeout", "soon"}, "bad timeout"},
      {"an unknown key", {"summary", "--by", "stat"}, "did you mean state?"},
      {"--by without summary", {"--by", "state"}, "tcpstat summary --by state"},
      {"a sorted summary", {"summary", "-S", "STATE"}, "--sort"},
      {"--proc-root with netlink", {"--proc-root", "/proc", "--source", "netlink"}, "--source proc"},
      {"an unknown user", {"--user", "no-such-user-here"}, "unknown user"},
      {"a prefix that is too long", {"--local", "192.0.2.1/33"}, "0 to 32"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto request = parse(row.words);
    REQUIRE_FALSE(request);
    CAPTURE(request.error().sentence);
    CHECK(request.error().sentence.find(row.part) != std::string::npos);
    CHECK(request.error().sentence.find('\n') == std::string::npos);
  }
}

TEST_CASE("a list carries all that its options say") {
  const auto list = parse_as<ListCommand>(
      {"-4pirqv",       "-o",      "STATE,+PID", "-S",        "UID", "--limit",       "3",   "-H",
       "--no-truncate", "--color", "always",     "-f",        "csv", "--output-file", "out", "--proc-root",
       "/tmp/proc",     "--netns", "7",          "--timeout", "2",   "--strict"});
  CHECK_FALSE(list.filter.ipv6);
  CHECK(list.rows.columns.size() == 1);
  CHECK(list.rows.added_columns.size() == 1);
  CHECK(list.rows.sort.size() == 1);
  CHECK(list.rows.limit == 3U);
  CHECK((list.rows.processes && list.rows.info && list.rows.resolve));
  CHECK((list.output.quiet && list.output.verbose && list.source.strict));
  CHECK_FALSE((list.text.header || list.text.truncate));
  CHECK(list.output.colour == When::always);
  CHECK(list.output.format == FormatId::csv);
  CHECK(list.output.file == "out");
  CHECK(list.source.id == SourceId::proc);
  CHECK(list.source.proc_root == "/tmp/proc");
  CHECK(list.source.netns == "7");
  CHECK(list.source.timeout == std::chrono::seconds(2));
}

TEST_CASE("a summary counts by each key once") {
  CHECK(parse_as<SummaryCommand>({"summary"}).group_by.empty());
  CHECK(parse_as<SummaryCommand>({"summary", "--by", "state,Local-Port", "--by", "state"}).group_by ==
        std::vector<std::string>{"state", "local_port"});
  CHECK(sentence({"summary", "--by", ","}) == "--by names no key");
}

TEST_CASE("a watch has samples, and nobody else") {
  const auto events =
      parse_as<EventsCommand>({"watch", "--events", "--interval", "0.25", "--count", "3", "-s", "FIN_WAIT1"});
  CHECK(events.sampling.interval == std::chrono::milliseconds(250));
  CHECK(events.sampling.count == 3U);
  CHECK(events.filter.states == StateSet{State::fin_wait1});
  CHECK(events.format_in_pipe == FormatId::ndjson);
  CHECK_FALSE(parse_as<WatchCommand>({"watch"}).sampling.interval);
  for (const auto& words : {std::vector<std::string>{"--events"},
                            {"summary", "--count", "1"},
                            {"watch", "--count", "0"},
                            {"watch", "--interval", "0.04"},
                            {"watch", "--source", "-"}}) {
    CHECK_FALSE(parse(words));
  }
}

TEST_CASE("a watch in a pipe writes ndjson unless a format or columns are asked for") {
  CHECK(parse_as<WatchCommand>({"watch"}).format_in_pipe == FormatId::ndjson);
  CHECK(parse_as<WatchCommand>({"watch"}).output.format == FormatId::table);
  CHECK(parse_as<WatchCommand>({"watch", "-f", "table"}).format_in_pipe == FormatId::table);
  CHECK(parse_as<WatchCommand>({"watch", "-o", "STATE"}).format_in_pipe == FormatId::table);
  CHECK(parse_as<EventsCommand>({"watch", "--events", "-f", "plain"}).format_in_pipe == FormatId::plain);
}

TEST_CASE("events are of one live source") {
  CHECK(parse_as<EventsCommand>({"watch", "--events", "--source", "proc"}).source.id == SourceId::proc);
  CHECK(sentence({"watch", "--events", "--source", "both"}).find("the sockets of one source") != std::string::npos);
  CHECK(sentence({"watch", "--events", "--source", "saved"}) ==
        "watch samples a live host, so \"saved\" cannot be its source");
}

TEST_CASE("explain has a subject, and the machine can be drawn") {
  CHECK(parse_as<ExplainCommand>({"explain", "close", "-j"}).output.format == FormatId::json);
  CHECK(parse_as<ExplainCommand>({"explain", "close"}).subject == "close");
  CHECK(parse_as<ExplainCommand>({"explain", "-a"}).subject.empty());
  CHECK(parse_as<ExplainCommand>({"explain", "machine"}).drawing == Drawing::none);
  CHECK(parse_as<ExplainCommand>({"explain", "machine", "-f", "dot"}).drawing == Drawing::dot);
  CHECK(parse_as<ExplainCommand>({"explain", "machine", "-f", "mermaid", "-q"}).drawing == Drawing::mermaid);
  CHECK(sentence({"explain"}).starts_with("explain what? "));
  CHECK(sentence({"history", "--findings", "--interval", "5"}) ==
        "--findings lists findings, so --interval does not go with it");
  CHECK(sentence({"history", "--findings", "--by", "state"}) ==
        "--findings lists findings, so --by does not go with it");
  CHECK(sentence({"explain", "close", "-f", "dot"}) ==
        "explain prints table or json, not dot (explain machine also dot and mermaid)");
  CHECK(sentence({"explain", "machine", "-j", "-f", "dot"}) == "-j contradicts --format dot");
  CHECK(sentence({"explain", "close", "-f", "csv"}) ==
        "explain prints table or json, not csv (explain machine also dot and mermaid)");
}

TEST_CASE("validate reads a log from standard input unless there is a file") {
  CHECK(parse_as<ValidateCommand>({"validate"}).log == "-");
  CHECK(parse_as<ValidateCommand>({"validate", "-"}).log == "-");
  const auto validate = parse_as<ValidateCommand>({"validate", "log", "--strict", "--no-truncate", "-f", "ndjson"});
  CHECK(validate.log == "log");
  CHECK(validate.strict);
  CHECK_FALSE(validate.truncate);
  CHECK(validate.output.format == FormatId::ndjson);
}

TEST_CASE("check counts with -w and -c, and judges by rules without") {
  const auto count = parse_as<CheckCommand>({"check", "-w", " 10 ", "-c", "20", "-s", "SYN_RECV", "--port", "443"});
  const auto& limits = std::get<CountLimits>(count.judge);
  CHECK(limits.warning_text == "10");
  CHECK(limits.critical->alarms_at(21));
  CHECK(count.filter.states == StateSet{State::syn_recv});
  CHECK(count.filter_words == " --state SYN_RECV --port 443");
  // Which place was read, the command to look there says itself.
  const auto critical = parse_as<CheckCommand>({"check", "-c", "5", "--port", "80", "--netns", "web"});
  CHECK(std::get<CountLimits>(critical.judge).critical_text == "5");
  CHECK(critical.filter_words == " --port 80");
  CHECK(parse_as<CheckCommand>({"check", "-w", "1"}).filter.states ==
        StateSet::all() - StateSet{State::listen, State::close});

  const auto rules = parse_as<CheckCommand>({"check", "--rule", "syn-flood,close-wait-leak", "--interval", "3",
                                             "--state-file", "file", "-t", "2", "--process", "a b"});
  const auto& choice = std::get<RuleChoice>(rules.judge);
  CHECK(choice.rules == std::vector<std::string>{"syn-flood", "close-wait-leak"});
  CHECK(choice.interval == std::chrono::seconds(3));
  CHECK(choice.state_file == "file");
  CHECK(rules.filter.states == StateSet::all());
  CHECK(rules.source.timeout == std::chrono::seconds(2));
  CHECK(rules.filter_words == " --process 'a b'");

  CHECK(sentence({"check", "-w", "1", "--rule", "syn-flood"}) ==
        "--rule is for rules, while -w and -c count the selected sockets: use one");
  CHECK(parse_as<TraceCommand>({"watch", "--events", "--source", "bpf", "--port", "80"}).source ==
        find_trace_source("bpf"));
  CHECK(parse_as<TraceCommand>({"watch", "--events", "--source", "tracefs"}).source == find_trace_source("tracefs"));
  CHECK(parse_as<EventsCommand>({"watch", "--events", "--source", "netlink"}).filter.states != StateSet());
  CHECK(sentence({"check", "-l"}).starts_with("--state, -a and -l select what -w and -c count"));
  CHECK_FALSE(choice.exact);
  CHECK(std::get<RuleChoice>(parse_as<CheckCommand>({"check", "--interval", "3", "--exact"}).judge).exact);
  CHECK(sentence({"check", "--exact"}) == "--exact counts handshakes for a time: say how long by --interval");
  CHECK(std::get<RuleChoice>(parse_as<CheckCommand>({"check", "--interval", "3", "--exact", "--netns", "all"}).judge)
            .exact);
  CHECK(sentence({"check", "-w", "1", "--exact"}).starts_with("--exact is for rules"));
  CHECK(sentence({"check", "--interval", "2"}).find("at least 3") != std::string::npos);
  CHECK(sentence({"check", "--state-file", ""}) == "--state-file needs a value: PATH");
}

TEST_CASE("audit has a source and an output") {
  const auto audit = parse_as<AuditCommand>({"audit", "-jqv", "--proc-root", "/tmp/proc", "--netns", "1"});
  CHECK(audit.output.format == FormatId::json);
  CHECK(audit.output.quiet);
  CHECK(audit.output.verbose);
  CHECK(audit.source.proc_root == "/tmp/proc");
  CHECK(audit.source.netns == "1");
}

TEST_CASE("help and version win over whatever else is there") {
  CHECK(parse_as<TextCommand>({"--help"}).text == help_text());
  CHECK(parse_as<TextCommand>({"-a", "-h", "--state", "FOO"}).text == help_text());
  CHECK(parse_as<TextCommand>({"-V"}).text.starts_with("tcpstat "));
  CHECK(parse_as<TextCommand>({"audit", "-V", "-w", "1"}).text.starts_with("tcpstat "));
  for (const VerbInfo& verb : verbs()) {
    if (verb.id == VerbId::watch_events) continue;
    CAPTURE(verb.title);
    std::vector<std::string> words = {"--help"};
    if (!verb.word.empty()) words.emplace_back(verb.word);
    CHECK(parse_as<TextCommand>(words).text == help_text(verb));
  }
  CHECK(parse_as<TextCommand>({"watch", "--events", "-h"}).text == help_text(verb_info(VerbId::watch)));
}

TEST_CASE("--list wins behind every verb, once the rest makes sense") {
  CHECK(parse_as<WordsCommand>({"--list", "states"}).list == "states");
  CHECK(parse_as<WordsCommand>({"check", "--list", "formats"}).verb->id == VerbId::check);
  CHECK(parse_as<WordsCommand>({"watch", "--events", "--list", "formats"}).verb->id == VerbId::watch_events);
  CHECK(parse_as<WordsCommand>({"explain", "machine", "--list", "formats"}).of_machine);
  CHECK_FALSE(parse_as<WordsCommand>({"explain", "LISTEN", "--list", "formats"}).of_machine);
  const auto words = parse_as<WordsCommand>({"check", "--list", "rules", "-jq", "--output-file", "out"});
  CHECK(words.list == "rules");
  CHECK(words.output.format == FormatId::json);
  CHECK(words.output.file == "out");
  CHECK(is_quiet(words));
  CHECK(sentence({"--list", "states", "--state", "FOO"}).starts_with("unknown state \"FOO\""));
}

}  // namespace
}  // namespace tcpstat::cli::options
