#include "filter/expression.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <ostream>

#include "filter/expression_match.h"
#include "filter/expression_parser.h"
#include "filter/random_expressions.h"
#include "support/rows.h"

namespace tcpstat::filter {
namespace {

Expression parsed(std::string_view text) {
  const auto result = parse_expression(text, {});
  CAPTURE(text);
  REQUIRE(result);
  return result->expression;
}

class OneUser final : public Names {
 public:
  std::string_view user(std::uint32_t uid) override { return uid == 1000 ? "alice" : ""; }
  std::string_view interface(std::uint32_t index) override { return index == 7 ? "v0" : ""; }
  std::string_view cgroup(std::uint64_t id) override { return id == 9 ? "/system.slice/ssh.service" : ""; }
  std::string_view netns(std::uint64_t inode) override { return inode == 6 ? "web" : ""; }
  const CgroupPlace* place_of_process(std::uint32_t pid) override { return pid == 812 ? &nginx : nullptr; }
  const CgroupPlace* place_of_cgroup(std::uint64_t id) override { return id == 9 ? &ssh : nullptr; }

  CgroupPlace nginx{"nginx.service", std::string(64, 'c'), "8e1f"};
  CgroupPlace ssh{"ssh.service", "", ""};
};

Truth said(std::string_view text, const Connection& row) {
  OneUser names;
  return evaluate(parsed(text), row, names);
}

const Connection kRow =
    test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40000));

TEST_CASE("what is not known makes a test unknown, and so its negation") {
  Connection row = kRow;
  row.uid.reset();
  row.mark.reset();
  for (const std::string_view text :
       {"rtt > 1ms", "rtt < 1ms", "rtt != 1ms", "not rtt > 1ms", "uid = 0", "user != alice", "fwmark != 5", "pid != 1",
        "cgroup != /x", "not ( process a )", "rtt > 1ms or rtt <= 1ms", "rtt > 1ms and sport = 443"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::unknown);
  }
  CHECK(said("rtt > 1ms or sport = 443", row) == Truth::yes);
  CHECK(said("rtt > 1ms and sport != 443", row) == Truth::no);
  CHECK(said("known rtt", row) == Truth::no);
  CHECK(said("not known user", row) == Truth::yes);
}

TEST_CASE("units, containers and pods are those of the process, else of the control group") {
  Connection row = kRow;
  const Owner owners[] = {{812, 3, "nginx"}};
  row.cgroup = 9;
  row.netns = 6;
  for (const std::string_view text : {"unit ssh", "unit ssh.service", "unit != nginx", "not container cccccc",
                                      "not pod 8e1f", "netns web", "netns != blue", "known unit"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::yes);
  }
  row.owners = owners;
  for (const std::string_view text : {"unit nginx", "unit != ssh", "container cccccccccccc", "pod 8e1f"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::yes);
  }
  row.owners = {};
  row.cgroup.reset();
  row.netns = 5;
  for (const std::string_view text : {"unit ssh", "unit != ssh", "not container cccccc", "netns web", "netns != web"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::unknown);
  }
}

TEST_CASE("a container is known by its id, and by its name where a file tells that") {
  const std::string id(64, 'e');
  test::TableNames names;
  names.cgroup_places = {{3, {"", id, "", "web"}}, {4, {"", "web", ""}}, {5, {"ssh.service", "", ""}}};
  Connection row = kRow;
  const auto holds = [&](const char* text, std::uint64_t cgroup) {
    row.cgroup = cgroup;
    return evaluate(parsed(text), row, names);
  };
  for (const char* text : {"container eeeeee", "container web", "container_name web", "container_name != db"}) {
    CAPTURE(text);
    CHECK(holds(text, 3) == Truth::yes);
  }
  CHECK(holds("container_name web", 4) == Truth::yes);  // of LXC, which has no id
  CHECK(holds("container_name web", 5) == Truth::no);
  CHECK(holds("container_name web", 6) == Truth::unknown);
}

TEST_CASE("a zone is the device that the socket is bound to, wherever ss and others write it") {
  Connection row = test::connection(State::established, test::endpoint("fe80::1", 8000), test::endpoint("fe80::2", 4));
  row.interface = 7;
  for (const std::string_view text :
       {"src fe80::1%v0", "src [fe80::1%v0]", "src [fe80::1%v0]:8000", "src [fe80::1]%v0:8000", "dst fe80::2%v0",
        "src *%v0:8000", "src *%v0", "src %v0", "src fe80::1%7", "src [fe80::%v0]/10:8000", "src fe80::%v0/10"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::yes);
  }
  for (const std::string_view text : {"src fe80::1%v1", "src fe80::2%v0", "src [fe80::1%v0]:80", "src %v1"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::no);
  }
  for (const std::string_view text : {"src fe80::1%", "src [fe80::1%]:80", "src %", "src fe80::x%v0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_expression(text, {}));
  }
}

TEST_CASE("autobound is a test without a value") {
  Connection row = kRow;
  CHECK(said("autobound", row) == Truth::unknown);
  CHECK(said("not autobound", row) == Truth::unknown);
  row.autobound = false;
  CHECK(said("not autobound and sport = 443", row) == Truth::yes);
  row.autobound = true;
  CHECK(said("autobound sport = 443", row) == Truth::yes);
  CHECK_FALSE(parse_expression("autobound = 1", {}));
  CHECK_FALSE(parse_expression("autobound 1", {}));
  CHECK(to_string(parsed("not autobound")) == "not autobound");
  CHECK(needs_of(parsed("sport = 1 or not autobound")).autobound);
}

TEST_CASE("v6only and protocols on top of TCP") {
  Connection row = kRow;
  CHECK(said("v6only yes", row) == Truth::unknown);
  CHECK(said("not v6only no", row) == Truth::unknown);
  row.v6only = true;
  CHECK(said("v6only yes", row) == Truth::yes);
  CHECK(said("v6only = no", row) == Truth::no);
  CHECK_FALSE(parse_expression("v6only maybe", {}));
  // Netlink names one where there is one, /proc never does.
  CHECK(said("ulp mptcp", row) == Truth::no);
  CHECK(said("ulp != mptcp", row) == Truth::yes);
  row.origin = Origin::proc;
  CHECK(said("ulp != mptcp", row) == Truth::unknown);
  row.origin = Origin::netlink;
  row.ulp = {'m', 'p', 't', 'c', 'p'};
  CHECK(said("ulp mptcp", row) == Truth::yes);
}

TEST_CASE("MPTCP, memory and socket options") {
  Connection row = kRow;
  CHECK(said("mptcp_role joined", row) == Truth::no);  // no subflow at all
  row.ulp = {'m', 'p', 't', 'c', 'p'};
  CHECK(said("mptcp_role joined", row) == Truth::unknown);
  row.mptcp_role = MptcpRole::joined;
  CHECK(said("mptcp_role joined", row) == Truth::yes);
  CHECK_FALSE(parse_expression("mptcp_role main", {}));
  CHECK(said("mem > 1k", row) == Truth::unknown);
  row.recv_memory_bytes = 1000;
  row.queued_memory_bytes = 500;
  row.reserved_memory_bytes = 24;
  CHECK(said("mem = 1524", row) == Truth::yes);
  CHECK(said("mem_recv >= 1k", row) == Truth::yes);
  CHECK(needs_of(parsed("not mem > 1")).columns.parts.memory);
  CHECK(needs_of(parsed("mem > 1")).netlink_word == "MEM");
  CHECK(said("transparent no", row) == Truth::unknown);
  row.transparent = row.freebind = false;
  CHECK(said("transparent no", row) == Truth::yes);
  CHECK(said("freebind yes", row) == Truth::no);
  CHECK(needs_of(parsed("sent_bps > 1M")).columns.rates);
}

TEST_CASE("fields of rows are compared by what they hold") {
  Connection row = kRow;
  const Owner owners[] = {{812, 3, "nginx"}};
  row.owners = owners;
  row.owners_known = true;
  row.interface = 7;
  row.cgroup = 9;
  row.age_ms = 90000;
  row.recv_queue = 65536;
  row.timer = TimerKind::keepalive;
  row.flags.add(RowFlag::client_retry);
  std::vector<std::byte> info;
  set_tcp_info_value(info, tcp_info_field("rtt_us"), 150000);
  row.tcp_info = info;
  for (const std::string_view text : {"user alice",
                                      "user 1000",
                                      "uid >= 1000",
                                      "process nginx",
                                      "comm = nginx",
                                      "pid 812",
                                      "dev v0",
                                      "interface 7",
                                      "dev if7",
                                      "sport [443]",
                                      "src inet:",
                                      "sport = inet:",
                                      "not dport != *",
                                      "cgroup /system.slice/ssh.service",
                                      "cgroup /sys/fs/cgroup/system.slice/ssh.service/",
                                      "cgroup /sys/fs/cgroup/unified/system.slice/ssh.service",
                                      "age > 1m",
                                      "age = 1.5m",
                                      "age_ms = 90000",
                                      "rtt > 100ms",
                                      "rtt = 150ms",
                                      "rtt < 0.2s",
                                      "rtt_us = 150000",
                                      "recvq = 64Ki",
                                      "recvq > 65k",
                                      "recv_queue = 65536",
                                      "timer keepalive",
                                      "flag client-retry",
                                      "family ipv4",
                                      "known rtt",
                                      "port 443",
                                      "port = 40000",
                                      "dst 198.51.100.0/24:40000-",
                                      "orphan != time-wait",
                                      "src 192.0.2.1%v0:443",
                                      "sport=:443",
                                      "RTT>100ms AND NOT(dport<1024)"}) {
    CAPTURE(text);
    CHECK(said(text, row) == Truth::yes);
    CHECK(said("not (" + std::string(text) + ")", row) == Truth::no);
  }
}

TEST_CASE("wrong filters name the place and what would be right") {
  struct Wrong {
    std::string_view text;
    std::size_t place;
    std::string_view problem;
    std::string_view remedy = "";
  };
  const Wrong rows[] = {
      {"sprot = 80", 0, "unknown word \"sprot\"", "did you mean sport?"},
      {"sport = 80 and rrt > 1ms", 15, "unknown word \"rrt\"", "did you mean rtt?"},
      {"sport = 80 )", 11, "\")\" closes nothing"},
      {"( sport = 80", 0, "\"(\" is not closed"},
      {"not", 3, "the filter ends where a test is missing"},
      {"or sport = 80", 0, "unknown word \"or\""},
      {"sport =", 0, "\"sport\" has no value"},
      {"sport = 080", 8, "the port \"080\" begins with 0, which ss takes for octal", "write 80"},
      {"sport < *", 8, "\"*\" is any port, which no port is less or greater than", "a number"},
      {"sport >= inet:", 9, "\"inet:\" is any port, which no port is less or greater than", "a number"},
      {"src 10", 4, "the address \"10\" is not whole", "write 10/8 or 10.0.0.0"},
      {"src > 10.0.0.1", 4, "\"src\" takes = and !=, not >"},
      {"rtt > 5", 6, "the value \"5\" of rtt_us has no unit", "for example 5ms"},
      {"age = 1.5ms", 6, "\"1.5ms\" is finer than age_ms is kept", "compare with < and >"},
      {"state foo", 6, "unknown state \"foo\""},
      {"SYN_SENT", 0, "unknown word \"SYN_SENT\"", "did you mean state SYN_SENT?"},
      {"process \"a", 8, "a quotation has no end"},
      {"flag retry", 5, "unknown flag \"retry\""},
      {"cgroup x", 7, "bad control group \"x\"", "a path, as /system.slice/ssh.service"},
      {"src example.org", 4, "unknown address \"example.org\""},
      {"src inet:[::1]:80", 4, "inet: is for IPv4, and \"::1\" is an IPv6 address"},
      {"src unix:*", 4, "there are no unix: sockets among those of TCP"},
      {"fwmark = 0x5/0x1", 9, "the mark \"0x5/0x1\" matches nothing"},
      {"cwnd > 18446744073709551616", 7, "bad value \"18446744073709551616\" of cwnd"},
  };
  for (const Wrong& row : rows) {
    CAPTURE(row.text);
    const auto result = parse_expression(row.text, {});
    REQUIRE_FALSE(result);
    CHECK(result.error().problem == row.problem);
    CHECK(result.error().place == row.place);
    if (!row.remedy.empty()) CHECK(result.error().remedy == row.remedy);
  }
  CHECK_FALSE(parse_expression(std::string(100000, '('), {}));
  CHECK_FALSE(parse_expression(std::string(100000, '!'), {}));
}

TEST_CASE("a mix of and/or whose readings differ is told, and no other") {
  const auto differs = [](std::string_view text) { return parse_expression(text, {})->differs_from_ss; };
  CHECK(differs("sport = 1 or sport = 2 and dport = 3"));
  CHECK(differs("( sport = 1 or sport = 2 dport = 3 )"));
  CHECK_FALSE(differs("sport = 1 and sport = 2 or dport = 3"));
  CHECK_FALSE(differs("sport = 1 or ( sport = 2 and dport = 3 )"));
  CHECK_FALSE(differs("state established sport = 1 or sport = 2"));
}

TEST_CASE("states before a filter hold for all of it, as in ss") {
  CHECK(parsed("state established sport = 1 or sport = 2") ==
        parsed("state established and ( sport = 1 or sport = 2 )"));
  CHECK(parsed("state established state time-wait") == parsed("state established,time-wait"));
  CHECK(parsed("state established and sport = 1 or sport = 2") ==
        parsed("( state established and sport = 1 ) or sport = 2"));
}

TEST_CASE("the states that may match are those of which rows are read") {
  const StateSet half_open{State::syn_recv};
  CHECK(possible_states(parsed("state syn-recv and sport = 1")) == half_open);
  CHECK(possible_states(parsed("not ( exclude syn-recv or sport = 1 )")) == half_open);
  CHECK(possible_states(parsed("state syn-recv or sport = 1")) == StateSet::all());
}

TEST_CASE("the text of a tree parses back to it") {
  CHECK(rc::check("whatever stands in it", [] {
    const Expression tree = test::some_expression(4);
    const auto again = parse_expression(to_string(tree), {});
    RC_ASSERT(again);
    RC_ASSERT(again->expression == tree);
  }));
}

TEST_CASE("a name with blanks, quotes or signs is still one word in the text of its tree") {
  for (const char* name : {"a b", "(x)", "a\"b", "a\\b", "x,y", "a|b", "<", "!x", "it's", "a\tb"}) {
    CAPTURE(name);
    const Expression tree(Test(WordTest{&column(ColumnId::PROCESS), name}));
    const auto again = parse_expression(to_string(tree), {});
    REQUIRE(again);
    CHECK(again->expression == tree);
  }
}

/// What a tree says by the rules of three values: `and` is the least of its parts, `or` the greatest.
template <typename Ask>
Truth by_rules(const Expression& tree, const Ask& ask) {
  if (tree.kind() == Expression::Kind::test) return ask(tree);
  if (tree.kind() == Expression::Kind::negation) return !by_rules(tree.parts().front(), ask);
  const bool all = tree.kind() == Expression::Kind::all_of;
  Truth whole = truth_of(all);
  for (const Expression& part : tree.parts()) {
    const Truth one = by_rules(part, ask);
    whole = all ? std::min(whole, one) : std::max(whole, one);
  }
  return whole;
}

TEST_CASE("a tree holds for a row where it is known to be true") {
  CHECK(rc::check("whatever the tree", [] {
    const Expression tree = test::some_expression(4);
    const Connection row = test::some_connection();
    OneUser names;
    for (const Ends ends : {Ends::of_row, Ends::of_transition, Ends::remote_unknown}) {
      RC_ASSERT(Matcher(tree).matches(row, names, ends) == (evaluate(tree, row, names, ends) == Truth::yes));
      const auto of_row = [&](const Expression& test) { return evaluate(test, row, names, ends); };
      RC_ASSERT(evaluate(tree, row, names, ends) == by_rules(tree, of_row));
    }
    Listener listener = test::listener(row.local);
    listener.interface = row.interface;
    RC_ASSERT(Matcher(tree).matches(listener, names) == (evaluate(tree, listener, names) == Truth::yes));
    const auto of_listener = [&](const Expression& test) { return evaluate(test, listener, names); };
    RC_ASSERT(evaluate(tree, listener, names) == by_rules(tree, of_listener));
  }));
}

TEST_CASE("a row whose ends are known is asked in another way, which answers alike") {
  CHECK(rc::check("whatever the tree", [] {
    const Matcher tree(test::some_expression(4));
    const Connection row = test::some_connection();
    OneUser names;
    if (row.state == State::close || row.local.port == 0) return;
    RC_ASSERT(tree.matches(row, names, Ends::of_row) == tree.matches(row, names, Ends::of_transition));
  }));
  // Every edge of a range, which is asked with one comparison of a difference.
  constexpr std::array kRanges = {PortRange{0, 0}, PortRange{5, 5},           PortRange{5, 9},
                                  PortRange{9, 5}, PortRange{65'535, 65'535}, PortRange{}};
  for (const PortRange& range : kRanges) {
    for (const auto port : std::to_array<std::uint16_t>({0, 4, 5, 6, 9, 10, 65'534, 65'535})) {
      const Connection row =
          test::connection(State::established, test::endpoint("192.0.2.1", port), test::endpoint("192.0.2.2", 7));
      const Expression one(Test(PortTest{Side::local, range}));
      OneUser names;
      CHECK(Matcher(one).matches(row, names, Ends::of_row) == range.has(port));
      CHECK(Matcher(Expression::negation(one)).matches(row, names, Ends::of_row) == !range.has(port));
    }
  }
}

TEST_CASE("an IPv4 prefix of any length has the addresses that begin with it") {
  for (unsigned length = 0; length <= 32; ++length) {
    CAPTURE(length);
    const Prefix prefix = prefix_of(test::address("170.85.51.15"), static_cast<std::uint8_t>(length));
    const Expression tree(Test(AddressTest{Side::local, prefix}));
    for (unsigned bit = 0; bit < 32; ++bit) {
      Connection row =
          test::connection(State::established, {test::address("170.85.51.15"), 1}, test::endpoint("::", 2));
      row.local.address.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
      OneUser names;
      CHECK(Matcher(tree).matches(row, names, Ends::of_row) == (bit >= length));
    }
  }
}

TEST_CASE("a row that matches is in one of the states that may") {
  CHECK(rc::check("whatever the tree", [] {
    const Expression tree = test::some_expression(4);
    const Connection row = test::some_connection();
    OneUser names;
    if (evaluate(tree, row, names) == Truth::yes) RC_ASSERT(possible_states(tree).has(row.state));
  }));
}

}  // namespace
}  // namespace tcpstat::filter
