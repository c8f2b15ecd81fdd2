#include "filter/expression_match.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <string>

#include "filter/parsed.h"
#include "filter/random_expressions.h"
#include "support/rows.h"

namespace tcpstat::filter {
namespace {

using test::OneUser;
using test::parsed;
using test::said;

const Connection kFiltered =
    test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40000));

TEST_CASE("what is not known makes a test unknown, and so its negation") {
  Connection row = kFiltered;
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
  Connection row = kFiltered;
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
  Connection row = kFiltered;
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
  // Its id is known and its name is not.
  names.cgroup_places[7] = {"", std::string(64, 'f'), ""};
  CHECK(holds("container ffffff", 7) == Truth::yes);
  CHECK(holds("not container eeeeee", 7) == Truth::yes);  // digits of an id
  for (const char* text : {"container web", "not container web", "container_name web", "not container_name web"}) {
    CAPTURE(text);
    CHECK(holds(text, 7) == Truth::unknown);
  }
}

TEST_CASE("autobound is a test without a value") {
  Connection row = kFiltered;
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

TEST_CASE("a flag of which only tcp_info tells is unknown without it, where the row may have it") {
  Connection row = kFiltered;
  row.recv_queue = 5;
  row.timer = TimerKind::probe;
  for (const Ends ends : {Ends::of_row, Ends::of_transition}) {
    for (const std::string_view text :
         {"flag not-read", "not flag not-read", "flag zero-window", "not flag not-sent"}) {
      CAPTURE(text);
      CHECK(said(text, row, ends) == Truth::unknown);
    }
    CHECK(said("flag leak", row, ends) == Truth::no);  // an open one
    CHECK(said("not flag stale", row, ends) == Truth::yes);
  }
  row.state = State::close_wait;
  CHECK(said("flag leak", row) == Truth::no);  // it has data to read
  row.recv_queue = 0;
  row.timer = TimerKind::none;
  CHECK(said("flag leak", row) == Truth::unknown);
  CHECK(said("flag not-read", row) == Truth::no);
  CHECK(said("flag zero-window", row) == Truth::no);
  const std::vector<std::byte> info(280);
  row.tcp_info = info;
  CHECK(said("not flag leak", row) == Truth::yes);
}

TEST_CASE("v6only and protocols on top of TCP") {
  Connection row = kFiltered;
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
  Connection row = kFiltered;
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
  Connection row = kFiltered;
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

TEST_CASE("a number is compared on both sides of its limit") {
  struct Row {
    std::string_view sign;
    bool below;
    bool same;
    bool above;
  };
  for (const Row& row : {Row{"=", false, true, false}, Row{"<", true, false, false}, Row{"<=", true, true, false},
                         Row{">", false, false, true}, Row{">=", false, true, true}, Row{"!=", true, false, true}}) {
    CAPTURE(row.sign);
    const std::string text = "recv_queue " + std::string(row.sign) + " 1000";
    Connection one = kFiltered;
    one.recv_queue = 999;
    CHECK(said(text, one) == truth_of(row.below));
    one.recv_queue = 1000;
    CHECK(said(text, one) == truth_of(row.same));
    one.recv_queue = 1001;
    CHECK(said(text, one) == truth_of(row.above));
    one.recv_queue.reset();
    CHECK(said(text, one) == Truth::unknown);
  }
}

TEST_CASE("numbers of listeners are theirs") {
  Listener row = test::listener(test::endpoint("0.0.0.0", 443));
  row.accept_queue = 5;
  CHECK(said("accept_queue = 5", row) == Truth::yes);
  CHECK(said("accept_queue > 5", row) == Truth::no);
  CHECK(said("backlog = 128", row) == Truth::yes);
  CHECK(said("recv_queue = 0", row) == Truth::unknown);
  CHECK(said("sport = 443 and state listen", row) == Truth::yes);
  CHECK(said("dport = 0 and dst 0.0.0.0", row) == Truth::yes);
  CHECK(said("flag stale", row) == Truth::no);
  row.family = Family::ipv6;
  row.local.address = test::address("::");
  CHECK(said("dst [::]/128", row) == Truth::yes);
  CHECK(said("dst 0.0.0.0", row) == Truth::no);
}

TEST_CASE("the remote end of a row without a connection is the wildcard, of a transition the one that it had") {
  Connection row = kFiltered;
  CHECK(said("dst 198.51.100.7 and dport = 40000", row) == Truth::yes);
  row.state = State::close;
  CHECK(said("dst 198.51.100.7", row) == Truth::no);
  CHECK(said("dst 0.0.0.0/32 and dport = 0", row) == Truth::yes);
  CHECK(said("dst 198.51.100.7 and dport = 40000", row, Ends::of_transition) == Truth::yes);
  row.family = Family::ipv6;
  CHECK(said("dst [::]/128", row) == Truth::yes);
}

TEST_CASE("ends that a transition lacks are not known") {
  Connection row = kFiltered;
  for (const std::string_view text : {"dst 198.51.100.7", "dport = 40000", "not dst 10.0.0.1", "dport != 5"}) {
    CAPTURE(text);
    CHECK(said(text, row, Ends::of_transition) == Truth::yes);
    CHECK(said(text, row, Ends::remote_unknown) == Truth::unknown);
  }
  for (const Ends ends : {Ends::of_transition, Ends::remote_unknown}) {
    CHECK(said("src 192.0.2.1 and sport = 443", row, ends) == Truth::yes);
    CHECK(said("sport = 444", row, ends) == Truth::no);
  }
  // A port that is not chosen yet may become any; the remote one is told or not.
  row.local.port = 0;
  row.remote.port = 0;
  CHECK(said("sport = 0", row) == Truth::yes);
  CHECK(said("dport = 0", row, Ends::of_transition) == Truth::yes);
  for (const Ends ends : {Ends::of_transition, Ends::remote_unknown}) {
    CHECK(said("sport = 0", row, ends) == Truth::unknown);
    CHECK(said("sport != 5", row, ends) == Truth::unknown);
    CHECK(said("src 192.0.2.1", row, ends) == Truth::yes);
  }
}

TEST_CASE("an IPv4 prefix sees the address in a v4-mapped one, an IPv6 prefix all of its bits") {
  struct Row {
    std::string_view prefix;
    std::string_view address;
    bool has;
  };
  for (const Row& row :
       {Row{"192.0.2.0/24", "192.0.2.9", true}, Row{"192.0.2.0/24", "192.0.3.9", false},
        Row{"192.0.2.0/24", "::ffff:192.0.2.9", true}, Row{"192.0.2.0/24", "::ffff:192.0.3.9", false},
        Row{"0.0.0.0/0", "::ffff:192.0.3.9", true}, Row{"0.0.0.0/0", "2001:db8::1", false},
        Row{"192.0.2.0/24", "c000:0200::", false}, Row{"[2001:db8::]/32", "2001:db8:ffff::", true},
        Row{"[2001:db8::]/32", "2001:db9::", false}, Row{"[::]/0", "192.0.2.9", false},
        Row{"[::]/0", "::ffff:192.0.2.9", true}, Row{"[::ffff:192.0.2.0]/120", "::ffff:192.0.2.9", true},
        Row{"[::ffff:192.0.2.0]/120", "192.0.2.9", false}}) {
    CAPTURE(row.prefix);
    CAPTURE(row.address);
    Connection one = kFiltered;
    one.local.address = test::address(row.address);
    one.remote.address = test::address(row.address);
    for (const std::string_view side : {"src ", "dst "}) {
      const std::string text = std::string(side) + std::string(row.prefix);
      for (const Ends ends : {Ends::of_row, Ends::of_transition}) {
        CHECK(said(text, one, ends) == truth_of(row.has));
        CHECK(said("not " + text, one, ends) == truth_of(!row.has));
      }
    }
  }
}

TEST_CASE("each side is its own") {
  CHECK(said("src 192.0.2.1", kFiltered) == Truth::yes);
  CHECK(said("src 198.51.100.7", kFiltered) == Truth::no);
  CHECK(said("dst 192.0.2.1", kFiltered) == Truth::no);
  CHECK(said("sport = 40000", kFiltered) == Truth::no);
  CHECK(said("dport = 443", kFiltered) == Truth::no);
}

TEST_CASE("prefixes of a file are asked of the end that is known") {
  const auto set = std::make_shared<const PrefixSet>(std::vector<Prefix>{test::prefix("198.51.100.0", 24)});
  const Expression remote(Test(AddressSetTest{Side::remote, "f", set}));
  const Expression local(Test(AddressSetTest{Side::local, "f", set}));
  OneUser names;
  CHECK(evaluate(remote, kFiltered, names) == Truth::yes);
  CHECK(evaluate(local, kFiltered, names) == Truth::no);
  CHECK(evaluate(remote, kFiltered, names, Ends::remote_unknown) == Truth::unknown);
  CHECK(evaluate(local, kFiltered, names, Ends::remote_unknown) == Truth::no);
}

TEST_CASE("whether a socket is bound to a device netlink always tells, /proc never") {
  struct Row {
    std::string_view text;
    Truth bound;    ///< to v0, which is 7
    Truth unbound;  ///< by netlink
    Truth of_proc;
  };
  for (const Row& row :
       {Row{"dev v0", Truth::yes, Truth::no, Truth::unknown}, Row{"dev != v0", Truth::no, Truth::yes, Truth::unknown},
        Row{"dev v1", Truth::no, Truth::no, Truth::unknown}, Row{"dev 7", Truth::yes, Truth::no, Truth::unknown},
        Row{"dev 8", Truth::no, Truth::no, Truth::unknown}, Row{"dev 0", Truth::no, Truth::yes, Truth::unknown},
        Row{"dev != 0", Truth::yes, Truth::no, Truth::unknown}, Row{"dev if7", Truth::yes, Truth::no, Truth::unknown},
        Row{"dev if8", Truth::no, Truth::no, Truth::unknown}, Row{"dev if0", Truth::no, Truth::no, Truth::unknown},
        Row{"known dev", Truth::yes, Truth::yes, Truth::no}}) {
    CAPTURE(row.text);
    for (const Ends ends : {Ends::of_row, Ends::of_transition}) {
      Connection one = kFiltered;
      CHECK(said(row.text, one, ends) == row.unbound);
      one.origin = Origin::proc;
      CHECK(said(row.text, one, ends) == row.of_proc);
      one.interface = 7;
      CHECK(said(row.text, one, ends) == row.bound);
    }
  }
}

TEST_CASE("a mark is compared within its mask") {
  Connection row = kFiltered;
  CHECK(said("fwmark 5", row) == Truth::unknown);
  row.mark = 0x15;
  CHECK(said("fwmark 0x15", row) == Truth::yes);
  CHECK(said("fwmark 5", row) == Truth::no);
  CHECK(said("fwmark 5/0xf", row) == Truth::yes);
  CHECK(said("fwmark 4/0xf", row) == Truth::no);
}

TEST_CASE("a process that does not hold a socket is known where all holders are") {
  const Owner owners[] = {{812, 3, "nginx"}, {813, 4, "fifteen_letters"}};
  Connection row = kFiltered;
  for (const std::string_view text : {"pid 5", "process ssh"}) CHECK(said(text, row) == Truth::unknown);
  CHECK(said("known pid", row) == Truth::no);
  CHECK(said("known process", row) == Truth::no);
  row.owners = owners;
  CHECK(said("pid 812 pid 813 process nginx", row) == Truth::yes);
  CHECK(said("process fifteen_letters_and_more", row) == Truth::yes);
  CHECK(said("process fifteen", row) == Truth::unknown);
  CHECK(said("pid 5", row) == Truth::unknown);
  CHECK(said("known pid known process", row) == Truth::yes);
  row.owners = {};
  row.owners_known = true;
  struct Row {
    Orphan reason;
    bool known;
  };
  for (const Row& one : {Row{Orphan::none, true}, Row{Orphan::time_wait, true}, Row{Orphan::no_process, true},
                         Row{Orphan::not_permitted, false}, Row{Orphan::owners_unread, false},
                         Row{Orphan::other_pid_namespace, false}}) {
    CAPTURE(one.reason);
    row.orphan = one.reason;
    CHECK(said("pid 5", row) == (one.known ? Truth::no : Truth::unknown));
    CHECK(said("process ssh", row) == (one.known ? Truth::no : Truth::unknown));
    CHECK(said("known pid", row) == truth_of(one.known));
    CHECK(said("known process", row) == truth_of(one.known));
  }
}

TEST_CASE("why nobody holds a socket is open until somebody searched, if a search tells it") {
  Connection row = kFiltered;
  CHECK(said("orphan no-process", row) == Truth::unknown);
  CHECK(said("orphan time-wait", row) == Truth::no);
  row.owners_known = true;
  CHECK(said("orphan no-process", row) == Truth::no);
  row.owners_known = false;
  row.orphan = Orphan::time_wait;
  CHECK(said("orphan time-wait", row) == Truth::yes);
  CHECK(said("orphan no-process", row) == Truth::no);
}

TEST_CASE("flags are asked of connections, and words of numbers are numbers") {
  Connection row = kFiltered;
  CHECK(said("flag stale", row) == Truth::no);
  row.flags.add(RowFlag::stale);
  for (const Ends ends : {Ends::of_row, Ends::of_transition}) {
    CHECK(said("flag stale", row, ends) == Truth::yes);
    CHECK(said("not flag stale", row, ends) == Truth::no);
    CHECK(said("flag leak", row, ends) == Truth::no);
    CHECK(said("state established", row, ends) == Truth::yes);
    CHECK(said("state != established", row, ends) == Truth::no);
    CHECK(said("recv_queue = 0", row, ends) == Truth::yes);
  }
  OneUser names;
  const auto word = [&](ColumnId id, std::string text) {
    return evaluate(Expression(Test(WordTest{&column(id), std::move(text)})), row, names);
  };
  CHECK(word(ColumnId::UID, "1000") == Truth::yes);
  CHECK(word(ColumnId::UID, "100") == Truth::no);
  CHECK(word(ColumnId::FLAGS, "no-flag") == Truth::no);
  CHECK(word(ColumnId::CONGESTION, "cubic") == Truth::unknown);
  row.congestion = "cubic";
  CHECK(word(ColumnId::CONGESTION, "cubic") == Truth::yes);
  CHECK(word(ColumnId::CONGESTION, "bbr") == Truth::no);
}

TEST_CASE("what a socket says of MPTCP is no, where netlink names no MPTCP") {
  Connection row = kFiltered;
  CHECK(said("mptcp_role initial", row) == Truth::no);
  row.origin = Origin::proc;
  CHECK(said("mptcp_role initial", row) == Truth::unknown);
  CHECK(said("ulp mptcp", row) == Truth::unknown);
}

TEST_CASE("the family is that of the socket") {
  Connection row = kFiltered;
  CHECK(said("family ipv4", row) == Truth::yes);
  CHECK(said("family ipv6", row) == Truth::no);
  row.family = Family::ipv6;
  CHECK(said("family ipv6", row) == Truth::yes);
}

TEST_CASE("truths are ordered, and their negations the other way round") {
  CHECK(!Truth::yes == Truth::no);
  CHECK(!Truth::no == Truth::yes);
  CHECK(!Truth::unknown == Truth::unknown);
  CHECK(said("not (uid = 5 and uid = 1000)", kFiltered) == Truth::yes);
  CHECK(said("not (uid = 5 or uid = 1000)", kFiltered) == Truth::no);
  CHECK(said("fwmark 1 and uid 5", kFiltered) == Truth::no);
  CHECK(said("fwmark 1 and uid 1000", kFiltered) == Truth::unknown);
  CHECK(said("fwmark 1 or uid 1000", kFiltered) == Truth::yes);
  CHECK(said("fwmark 1 or uid 5", kFiltered) == Truth::unknown);
}

}  // namespace
}  // namespace tcpstat::filter
