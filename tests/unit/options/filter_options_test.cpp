#include "cli/options/filter_options.h"

#include <doctest/doctest.h>

#include <ostream>

#include "cli/options/command.h"
#include "model/recorded_names.h"
#include "support/rows.h"

namespace tcpstat::cli::options {
namespace {

Parsed<ParsedLine> parse(const std::vector<std::string>& words) { return parse_command(scan_command_line(words)); }

filter::Filter filter_of(const Command& command) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.filter; }) return one.filter;
        return filter::Filter();
      },
      command);
}

TEST_CASE("the states of a list follow from -a, -l and --state") {
  struct Row {
    std::string_view name;
    std::vector<std::string> words;
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
    CHECK(filter_of(request->command).states == row.states);
  }
}

TEST_CASE("filters are values, not text") {
  const auto request =
      parse({"--local", "192.0.2.0/24:443", "--remote", "[2001:db8::]/32,:80", "--port", "22,8000-8999", "--local-port",
             "443", "--remote-port", "1-2", "--user", "0,1000", "--pid", "1,2", "--process", "nginx,sshd"});
  REQUIRE(request);
  const filter::Filter filter = filter_of(request->command);
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
  CHECK(filter_of(request->command).ipv4);
  CHECK(filter_of(request->command).ipv6);
}

TEST_CASE("users of a file are called as it says, and what it does not name stays a number") {
  const auto filter = [](const std::vector<std::string>& words) {
    return std::get<ListCommand>(parse(words).value().command).filter;
  };
  CHECK(filter({"--source", "file", "--user", "1000"}).users == std::vector<std::uint32_t>{1000});
  CHECK(filter({"--proc-root", "dir", "--user", "root"}).users == std::vector<std::uint32_t>{0});
  CHECK(filter({"--user", "root"}).expression_users.empty());
  // Each sample of a record has its own names, so they are looked up as the rows come.
  for (const std::vector<std::string>& elsewhere : std::vector<std::vector<std::string>>{
           {"--source", "file"}, {"--record", "dir", "--at", "now"}, {"watch", "--replay", "-1h..now"}}) {
    std::vector<std::string> words = elsewhere;
    words.insert(words.end(), {"--user", "alice,1000"});
    const auto parsed = parse(words);
    REQUIRE(parsed);
    filter::Filter both = filter_of(parsed->command);
    CHECK(both.expression_users == std::vector<std::string>{"alice"});
    CHECK(both.users.empty());
    RecordedNames names;
    names.record_user(1001, "alice");
    filter::settle(both, names);
    Connection row =
        test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 4));
    for (const std::uint32_t uid : {1000U, 1001U, 1002U}) {
      CAPTURE(uid);
      row.uid = uid;
      CHECK(both.matches(row) == (uid != 1002));
    }
    names.set_users({{1002, "alice"}});
    CHECK(both.matches(row));
  }
}

}  // namespace
}  // namespace tcpstat::cli::options
