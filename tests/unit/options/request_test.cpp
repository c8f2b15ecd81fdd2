#include "cli/options/request.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::cli::options {
namespace {

Parsed<Request> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "tcpstat");
  return parse_request(static_cast<int>(words.size()), words.data());
}

TEST_CASE("the states of a list follow from -a, -l and --state") {
  struct Row {
    std::string_view name;
    std::vector<const char*> words;
    StateSet states;
  };
  const StateSet all = StateSet::all();
  const StateSet usual = all - StateSet{State::listen, State::close};
  const Row rows[] = {
      {"nothing", {}, usual},
      {"-a", {"-a"}, all},
      {"-l", {"-l"}, {State::listen}},
      {"-al", {"-al"}, all},
      {"--state beats -l", {"-l", "--state", "SYN_RECV"}, {State::syn_recv}},
      {"--state beats -a", {"-a", "-s", "LISTEN"}, {State::listen}},
      {"lists and repeats add up",
       {"-s", "SYN_RECV,TIME_WAIT", "--state=listen"},
       {State::syn_recv, State::time_wait, State::listen}},
      {"an exclusion starts from all", {"-s", "!TIME_WAIT"}, all - StateSet{State::time_wait}},
      {"summary counts all", {"summary"}, all},
      {"summary -l", {"summary", "-l"}, {State::listen}},
      {"netstat -ant", {"-ant"}, all},
      {"netstat -tulpn", {"-tulpn"}, {State::listen}},
      {"netstat -antp", {"-antp"}, all},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto request = parse(row.words);
    REQUIRE(request);
    CHECK(request->filter.states == row.states);
  }
}

TEST_CASE("options stand before or after the verb") {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"summary", "-j", "-4"}, std::vector<const char*>{"-j", "-4", "summary"}}) {
    const auto request = parse(words);
    REQUIRE(request);
    CHECK(request->verb == Verb::summary);
    CHECK(request->format->name == "json");
    CHECK_FALSE(request->filter.ipv6);
  }
}

TEST_CASE("filters are values, not text") {
  const auto request =
      parse({"--local", "192.0.2.0/24:443", "--remote", "[2001:db8::]/32,:80", "--port", "22,8000-8999", "--local-port",
             "443", "--remote-port", "1-2", "--user", "0,1000", "--pid", "1,2", "--process", "nginx,sshd"});
  REQUIRE(request);
  const filter::Filter& filter = request->filter;
  CHECK(filter.local.size() == 1);
  CHECK(filter.remote.size() == 2);
  CHECK(filter.ports.size() == 2);
  CHECK(filter.local_ports.size() == 1);
  CHECK(filter.remote_ports.size() == 1);
  CHECK(filter.users == std::vector<std::uint32_t>{0, 1000});
  CHECK(filter.pids == std::vector<std::uint32_t>{1, 2});
  CHECK(filter.processes == std::vector<std::string>{"nginx", "sshd"});
  CHECK(filter.ipv4);
  CHECK(filter.ipv6);
}

TEST_CASE("-4 and -6 together are both families") {
  const auto request = parse({"-4", "-6"});
  REQUIRE(request);
  CHECK(request->filter.ipv4);
  CHECK(request->filter.ipv6);
}

TEST_CASE("what cannot be meant is one sentence") {
  struct Row {
    std::string_view name;
    std::vector<const char*> words;
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
      {"an operand", {"192.0.2.1"}, "filters are options"},
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
      {"a limited summary", {"summary", "--limit", "3"}, "--limit"},
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

TEST_CASE("columns are chosen or added") {
  auto request = parse({"-o", "state,local", "-o", "UID"});
  REQUIRE(request);
  CHECK(request->columns.size() == 3);
  CHECK(request->added_columns.empty());
  request = parse({"-o", "+PID,PROCESS"});
  REQUIRE(request);
  CHECK(request->columns.empty());
  CHECK(request->added_columns.size() == 2);
  request = parse({"-S", "recv_queue:desc,LOCAL"});
  REQUIRE(request);
  REQUIRE(request->sort.size() == 2);
  CHECK(request->sort[0].descending);
  CHECK_FALSE(request->sort[1].descending);
}

TEST_CASE("--proc-root reads /proc, and -u is answered once") {
  const auto request = parse({"--proc-root", "/tmp/proc", "-u"});
  REQUIRE(request);
  CHECK(request->source == "proc");
  CHECK(request->proc_root == "/tmp/proc");
  CHECK(request->notes.size() == 1);
}

TEST_CASE("a watch has samples, and nobody else") {
  const auto request = parse({"watch", "--events", "--interval", "0.25", "--count", "3", "-s", "FIN_WAIT1"}).value();
  CHECK(request.verb == Verb::watch);
  CHECK(request.events);
  CHECK(request.interval == std::chrono::milliseconds(250));
  CHECK(request.count == 3U);
  CHECK(request.filter.states == StateSet{State::fin_wait1});
  CHECK_FALSE(request.format_given);
  CHECK(parse({"watch", "-f", "table"}).value().format_given);
  CHECK_FALSE(parse({"watch"}).value().interval);
  for (const auto& words : {std::vector<const char*>{"--events"},
                            {"summary", "--count", "1"},
                            {"watch", "--count", "0"},
                            {"watch", "--interval", "0.04"},
                            {"watch", "--source", "-"}}) {
    CHECK_FALSE(parse(words));
  }
}

TEST_CASE("help and version win over whatever else is there") {
  CHECK(parse({"--help"})->verb == Verb::help);
  CHECK(parse({"-V"})->verb == Verb::version);
  const auto words = parse({"--list", "states"});
  REQUIRE(words);
  CHECK(words->verb == Verb::words);
  CHECK(words->words_of == "states");
}

}  // namespace
}  // namespace tcpstat::cli::options
