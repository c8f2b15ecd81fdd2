// LISTEN: accept queues that fill.

#include <doctest/doctest.h>

#include <array>
#include <tuple>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

Listener queue(std::optional<std::uint32_t> waiting, std::optional<std::uint32_t> limit) {
  Listener row = listener(endpoint("0.0.0.0", 443));
  row.accept_queue = waiting;
  row.accept_limit = limit;
  return row;
}

}  // namespace

TEST_CASE("an accept queue is judged by its share, and full when it exceeds its limit") {
  struct Case {
    std::string_view name;
    std::optional<std::uint32_t> waiting;
    std::optional<std::uint32_t> limit;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 12>{{
           {"empty", 0, 128, Severity::ok},
           {"below", 95, 128, Severity::ok},
           {"three quarters", 96, 128, Severity::warning},
           {"below nine tenths", 115, 128, Severity::warning},
           {"nine tenths", 116, 128, Severity::critical},
           {"one over the limit", 129, 128, Severity::critical},
           {"few of few", 4, 5, Severity::ok},
           {"two of one is full", 2, 1, Severity::warning},
           {"one of none is full", 1, 0, Severity::warning},
           {"five of four are no few", 5, 4, Severity::critical},
           {"no limit known", 500, {}, Severity::ok},
           {"no length known", {}, 128, Severity::ok},
       }}) {
    CAPTURE(one.name);
    CHECK(Diagnosing().row(queue(one.waiting, one.limit)).verdict("accept-queue-full") == one.expected);
  }
}

TEST_CASE("a full queue is told with its program and how long the first has waited") {
  Diagnosing run;
  Listener row = queue(65, 64);
  const Owner owner{31, 3, "app"};
  row.owners = {&owner, 1};
  run.row(row);
  Connection unaccepted = served(State::established);
  unaccepted.inode = 0;
  run.rows(65, unaccepted, {{"last_data_sent_ms", 40'000}});
  run.rows(1, served(State::established), {{"last_data_sent_ms", 900'000}});
  const auto all = run.finish("accept-queue-full");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == ":443");
  CHECK(told(all[0]) ==
        ":443 holds 65 connections that app(31) has not accepted, with room for 65, the oldest for 40 s: full, new "
        "clients "
        "are dropped");
  CHECK(all[0].next == "tcpstat -l -p --local-port 443");
}

TEST_CASE("a queue with room whose first connection has waited long is a program that does not accept") {
  struct Case {
    std::string_view name;
    std::uint32_t waiting;
    std::uint64_t oldest_ms;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 6>{{
           {"it moves", 50, 9'900, Severity::ok},
           {"few, for less than half a minute", 4, 29'900, Severity::ok},
           {"for a while", 5, 10'000, Severity::warning},
           {"for nearly a minute", 120, 59'900, Severity::warning},
           {"for a minute", 5, 60'000, Severity::critical},
           {"nearly full", 400, 20'000, Severity::warning},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    run.row(queue(one.waiting, 511));
    Connection unaccepted = served(State::established);
    unaccepted.inode = 0;
    run.rows(one.waiting - 1, unaccepted, {{"last_data_sent_ms", 10}});
    unaccepted.remote.port = 60'000;
    run.rows(1, unaccepted, {{"last_data_sent_ms", one.oldest_ms}});
    CHECK(run.verdict("accept-queue-full") == one.expected);
  }
  Diagnosing untold;
  untold.row(queue(120, 511));
  Connection unaccepted = served(State::established);
  unaccepted.inode = 0;
  untold.rows(120, unaccepted);
  CHECK(untold.verdict("accept-queue-full") == Severity::ok);

  Diagnosing run;
  Listener row = queue(120, 511);
  const Owner owner{31, 3, "app"};
  row.owners = {&owner, 1};
  run.row(row);
  run.rows(120, unaccepted, {{"last_data_sent_ms", 65'000}});
  const auto all = run.finish("accept-queue-full");
  REQUIRE(all.size() == 1);
  CHECK(
      told(all[0]) ==
      ":443 holds 120 connections that app(31) has not accepted, with room for 512, the oldest for 65 s: clients wait "
      "so "
      "long to be served");
  CHECK(all[0].brief == ":443 lets 120 clients wait (app)");
  CHECK(all[0].advice == "find out where app(31) hangs or is slow (its stack, its log)");
  CHECK(all[0].value == 65);
  CHECK(all[0].critical == 60);
}

TEST_CASE("a program that hangs with several listeners is one finding") {
  const auto hung = [](std::size_t count, std::uint32_t waiting, const std::vector<std::uint64_t>& ages_ms = {40'000}) {
    Diagnosing run;
    const Owner owner{31, 3, "app"};
    for (std::size_t i = 0; i < count; ++i) {
      Listener row = queue(waiting, 64);
      row.local.port = static_cast<std::uint16_t>(8000 + i);
      row.owners = {&owner, 1};
      run.row(row);
    }
    Connection unaccepted = served(State::established, 8000);
    unaccepted.inode = 0;
    for (const std::uint64_t age_ms : ages_ms) {
      run.rows(1, unaccepted, {{"last_data_sent_ms", age_ms}});
      ++unaccepted.local.port;
    }
    Listener other = queue(65, 64);
    other.local.port = 9000;
    run.row(other);
    return run.finish("accept-queue-full");
  };
  CHECK(hung(1, 65).size() == 2);
  const auto two = hung(2, 65);
  REQUIRE(two.size() == 2);
  CHECK(two[0].message ==
        "app(31) has not accepted 130 connections at 2 listeners (:8000, :8001), the oldest for 40 s");
  const auto all = hung(12, 65);
  REQUIRE(all.size() == 2);
  CHECK(all[0].subject == "app(31)");
  CHECK(all[0].severity == Severity::critical);
  CHECK(told(all[0]) ==
        "app(31) has not accepted 780 connections at 12 listeners (:8000, :8001, :8002, …), the oldest for 40 s: full, "
        "new "
        "clients are dropped");
  CHECK(all[0].brief == "app(31) lets clients wait at 12 listeners");
  CHECK(all[0].next == "tcpstat -l -p --pid 31");
  CHECK(all[1].subject == ":9000");

  const auto of_app = [](const std::vector<Finding>& found) {
    const auto at =
        std::find_if(found.begin(), found.end(), [](const Finding& one) { return one.subject == "app(31)"; });
    REQUIRE(at != found.end());
    return *at;
  };
  CHECK(of_app(hung(12, 60)).why == "nearly full");
  // Queues with room: the one that has waited longest decides, wherever it stands.
  std::vector<std::uint64_t> ages_ms(12, 40'000);
  Finding stalled = of_app(hung(12, 6, ages_ms));
  CHECK(stalled.severity == Severity::warning);
  CHECK(stalled.why == "clients wait so long to be served");
  ages_ms[5] = 61'000;
  stalled = of_app(hung(12, 6, ages_ms));
  CHECK(stalled.severity == Severity::critical);
  CHECK(evidence(stalled, "oldest_s") == 61);
}

TEST_CASE("a tiny queue that is full is critical if it drops more than wait in it") {
  const auto severity = [](std::uint64_t drops) {
    Diagnosing run;
    run.before.emplace().counters.listen_overflows = 0;
    run.facts.counters.listen_overflows = 100;
    run.listener_drops = {{{endpoint("0.0.0.0", 443)}, drops}};
    run.row(queue(2, 1));
    return run.verdict("accept-queue-full");
  };
  CHECK(severity(2) == Severity::warning);
  CHECK(severity(3) == Severity::critical);
}

TEST_CASE("the queues of a pool, and those of both families of a port, are one finding") {
  const Owner workers[] = {{31, 3, "app"}, {32, 3, "app"}, {33, 3, "app"}, {34, 3, "other"}};
  const auto told_of = [&](std::initializer_list<std::pair<const char*, const Owner*>> listeners,
                           std::uint32_t waiting = 65) {
    Diagnosing run;
    for (const auto& [address, owner] : listeners) {
      Listener row = queue(waiting, 64);
      row.local = endpoint(address, 8080);
      if (owner != nullptr) row.owners = {owner, 1};
      run.row(row);
    }
    return run.finish("accept-queue-full");
  };
  auto all = told_of({{"0.0.0.0", &workers[0]}, {"0.0.0.0", &workers[1]}, {"::", &workers[2]}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == ":8080");
  CHECK(all[0].severity == Severity::critical);
  CHECK(told(all[0]) ==
        ":8080 holds 195 connections that 3 processes of app have not accepted, at 3 listeners: full, new clients are "
        "dropped");
  CHECK(all[0].brief == ":8080 lets 195 clients wait at 3 listeners (3 processes of app)");
  CHECK(all[0].advice == "find out where they hang or are slow (their stacks, their logs)");
  CHECK(all[0].next == "tcpstat -l -p --local-port 8080");
  CHECK(evidence(all[0], "listeners") == 3);
  all = told_of({{"192.0.2.1", &workers[0]}, {"192.0.2.1", &workers[3]}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].message == "192.0.2.1:8080 holds 130 connections that 2 programs have not accepted, at 2 listeners");
  CHECK(told_of({{"192.0.2.1", nullptr}, {"192.0.2.1", &workers[3]}}).at(0).message ==
        "192.0.2.1:8080 holds 130 connections that its programs have not accepted, at 2 listeners");
  all = told_of({{"0.0.0.0", &workers[0]}, {"::", &workers[0]}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].message == "app(31) has not accepted 130 connections at 2 listeners (:8080)");
  // Another address is another service.
  CHECK(told_of({{"192.0.2.1", &workers[0]}, {"192.0.2.2", &workers[1]}}).size() == 2);
  CHECK(told_of({{"192.0.2.1", &workers[0]}, {"0.0.0.0", &workers[1]}}).size() == 2);

  Diagnosing dropped;
  dropped.before.emplace().counters.listen_overflows = 0;
  dropped.facts.counters.listen_overflows = 7;
  for (const Owner& owner : workers) {
    Listener row = queue(65, 64);
    row.owners = {&owner, 1};
    dropped.row(row);
  }
  dropped.listener_drops = {{{endpoint("0.0.0.0", 443)}, 5}};
  const Finding one = dropped.finish("accept-queue-full").at(0);
  CHECK(one.why.starts_with("full, new clients are dropped; they dropped 5 SYNs or ACKs"));
  CHECK(evidence(one, "listener_drops") == 5);
}

TEST_CASE("a pool with two ports is told by port, and not by process") {
  const Owner workers[] = {{31, 3, "app"}, {32, 3, "app"}, {33, 3, "app"}};
  Diagnosing run;
  for (const Owner& owner : workers) {
    for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{443}}) {
      Listener row = queue(65, 64);
      row.local.port = port;
      row.owners = {&owner, 1};
      run.row(row);
    }
  }
  const auto found = run.finish("accept-queue-full");
  REQUIRE(found.size() == 2);
  CHECK(found[0].subject == ":80");
  CHECK(found[1].subject == ":443");
}

TEST_CASE("a program with several queues may be out of open files") {
  const Owner program{812, 4, "httpd"};
  Diagnosing run;
  run.processes.table[program.pid] = 64;
  run.rows(52, served(State::established), {}, program);
  for (const char* address : {"0.0.0.0", "::"}) {
    Listener row = queue(65, 64);
    row.local = endpoint(address, 443);
    row.owners = {&program, 1};
    run.row(row);
  }
  const Finding found = run.finish("accept-queue-full").at(0);
  CHECK(found.why == "httpd(812) has used up its open files (64), so that accept(2) fails; new clients are dropped");
  CHECK(found.brief == "httpd(812) is out of open files, and lets clients wait at 2 listeners");
}

TEST_CASE("a queue whose room is not known is told as not seen") {
  Diagnosing run;
  run.row(queue(0, {}));
  CHECK(run.finish().empty());
  CHECK(run.diagnoser().not_seen().empty());
  run.row(queue(500, {}));
  CHECK(run.finish().empty());
  REQUIRE(run.diagnoser().not_seen().size() == 1);
  CHECK(run.diagnoser().not_seen()[0].rule == "accept-queue-full");
  CHECK(run.diagnoser().not_seen()[0].unjudged == 1);
  CHECK(run.diagnoser().not_seen()[0].what ==
        "how full the accept queues of 1 listener are where connections wait: only netlink tells their limit (--source "
        "netlink)");
}

TEST_CASE("who listens on a device has its own queue") {
  // The other listener stands behind, then before.
  for (const std::uint32_t others_limit : {600U, 200U}) {
    CAPTURE(others_limit);
    Diagnosing run;
    run.row(queue(20, others_limit));
    Listener own = queue(20, 300);
    own.interface = 5;
    run.row(own);
    Connection unaccepted = served(State::established);
    unaccepted.inode = 0;
    unaccepted.interface = 5;
    run.rows(20, unaccepted, {{"last_data_sent_ms", 30'000}});
    const auto all = run.finish("accept-queue-full");
    REQUIRE(all.size() == 1);
    CHECK(all[0].message.find("with room for 301,") != std::string::npos);
  }
}

TEST_CASE("connections wait for who listens on their address, before who listens on all") {
  Diagnosing run;
  run.row(queue(20, 511));
  Listener own = queue(20, 511);
  own.local = endpoint("192.0.2.9", 443);
  run.row(own);
  Connection unaccepted = served(State::established);
  unaccepted.inode = 0;
  run.rows(20, unaccepted, {{"last_data_sent_ms", 10}});
  unaccepted.local = own.local;
  run.rows(20, unaccepted, {{"last_data_sent_ms", 30'000}});
  const auto all = run.finish("accept-queue-full");
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "192.0.2.9:443");
}

TEST_CASE("of IPv4 and IPv6 on one port each has its own queue") {
  struct Case {
    std::string_view name;
    std::vector<std::pair<std::string_view, bool>> listeners;  ///< with IPV6_V6ONLY
    std::string_view waits_at;
    std::string_view room;
  };
  for (const Case& one : {
           Case{"IPv6", {{"0.0.0.0", false}, {"::", true}}, "2001:db8::9", "with room for 202,"},
           Case{"IPv4", {{"0.0.0.0", false}, {"::", true}}, "192.0.2.9", "with room for 201,"},
           Case{"IPv4, in the other order", {{"::", true}, {"0.0.0.0", false}}, "192.0.2.9", "with room for 202,"},
           Case{"IPv4 that is mapped", {{"::", false}}, "::ffff:192.0.2.9", "with room for 201,"},
           Case{"IPv4 before both", {{"::", false}, {"0.0.0.0", false}}, "192.0.2.9", "with room for 202,"},
           Case{"IPv4 that nobody takes", {{"::", true}}, "192.0.2.9", ""},
       }) {
    CAPTURE(one.name);
    Diagnosing run;
    std::uint32_t limit = 200;
    for (const auto& [address, v6only] : one.listeners) {
      Listener row = queue(5, limit++);
      row.local = endpoint(address, 443);
      row.v6only = v6only;
      run.row(row);
    }
    Connection unaccepted = connection(State::established, endpoint(one.waits_at, 443), endpoint("198.51.100.7", 1024));
    unaccepted.inode = 0;
    run.rows(5, unaccepted, {{"last_data_sent_ms", 30'000}});
    const auto all = run.finish("accept-queue-full");
    REQUIRE(all.size() == (one.room.empty() ? 0 : 1));
    if (!all.empty()) CHECK(all[0].message.find(one.room) != std::string::npos);
  }
}

TEST_CASE("a connection over a link waits in the queue of a listener on that device, or on none") {
  struct Case {
    std::string_view name;
    std::vector<std::uint32_t> listeners;  ///< the device of each
    std::string_view room;
  };
  for (const Case& one : {
           Case{"on none", {0}, "with room for 201,"},
           Case{"on that before none", {0, 3}, "with room for 202,"},
           Case{"on another", {4}, ""},
       }) {
    CAPTURE(one.name);
    Diagnosing run;
    std::uint32_t limit = 200;
    for (const std::uint32_t device : one.listeners) {
      Listener row = queue(5, limit++);
      row.local = endpoint("::", 443);
      row.interface = device;
      run.row(row);
    }
    // The row of a client with a link-local address has the link's device.
    Connection unaccepted = connection(State::established, endpoint("fe80::1", 443), endpoint("fe80::7", 1024));
    unaccepted.inode = 0;
    unaccepted.interface = 3;
    run.rows(5, unaccepted, {{"last_data_sent_ms", 30'000}});
    const auto all = run.finish("accept-queue-full");
    REQUIRE(all.size() == (one.room.empty() ? 0 : 1));
    if (!all.empty()) CHECK(all[0].message.find(one.room) != std::string::npos);
  }
}

TEST_CASE("overflows between two samples show even if no queue is full now") {
  Diagnosing run;
  run.facts.counters.listen_overflows = 8;
  CHECK(run.verdict("accept-queue-full") == Severity::ok);
  run.before = run.facts;
  CHECK(run.verdict("accept-queue-full") == Severity::ok);
  run.before->counters.listen_overflows = 7;
  CHECK(run.verdict("accept-queue-full") == Severity::warning);
}

TEST_CASE("what happened long before this sample is not said to be of this moment") {
  const auto told_after = [](std::chrono::milliseconds apart) {
    Diagnosing run;
    run.before.emplace().counters.listen_overflows = 7;
    run.facts.counters.listen_overflows = 9;
    run.facts.boot_time = run.before->boot_time + apart;
    return told(run.finish("accept-queue-full").at(0));
  };
  CHECK(told_after(std::chrono::seconds(59)) ==
        "2 SYNs or ACKs found an accept queue full just now, though it is not at this moment: bursts outrun a program");
  CHECK(told_after(std::chrono::minutes(5)) ==
        "2 SYNs or ACKs found an accept queue full in the last 5 min, though it is not at this moment: bursts outrun a "
        "program");
}

TEST_CASE("an overflow is told of the listener that dropped it") {
  struct Case {
    std::string_view name;
    std::uint64_t overflows;
    std::vector<ListenerDrops> drops;
    std::string_view subject;
    std::string_view message;
  };
  const Endpoint web = endpoint("0.0.0.0", 80);
  const Endpoint ssh = endpoint("192.0.2.1", 22);
  for (const Case& one : {
           Case{"nothing but drops, as in a flood", 0, {{{web}, 9}}, "", ""},
           Case{"one",
                4,
                {{{web}, 4}},
                ":80",
                "4 SYNs or ACKs found the accept queue of :80 full just now, though it is not at this moment: bursts "
                "outrun its program"},
           Case{"two",
                1,
                {{{web}, 9}, {{ssh}, 1}},
                "host",
                "1 SYN or ACK found an accept queue full just now, though it is not at this moment: bursts outrun a "
                "program behind :80, 192.0.2.1:22"},
           Case{"drops are not known",
                2,
                {},
                "host",
                "2 SYNs or ACKs found an accept queue full just now, though it is not at this moment: bursts outrun a "
                "program"},
       }) {
    CAPTURE(one.name);
    Diagnosing run;
    run.before.emplace().counters.listen_overflows = 7;
    run.facts.counters.listen_overflows = 7 + one.overflows;
    run.listener_drops = one.drops;
    run.row(listener(web));
    const auto all = run.finish("accept-queue-full");
    REQUIRE(all.size() == (one.subject.empty() ? 0 : 1));
    if (all.empty()) continue;
    CHECK(all[0].severity == Severity::warning);
    CHECK(all[0].subject == one.subject);
    CHECK(told(all[0]) == one.message);
  }
}

TEST_CASE("a queue that is nearly full, and dropped while queues overflowed, was full") {
  const auto judge = [](std::uint64_t overflows, std::vector<ListenerDrops> drops) {
    Diagnosing run;
    run.before.emplace().counters.listen_overflows = 7;
    run.facts.counters.listen_overflows = 7 + overflows;
    run.listener_drops = std::move(drops);
    run.row(queue(96, 128));
    return run.finish("accept-queue-full");
  };
  const Endpoint own = endpoint("0.0.0.0", 443);
  const Endpoint other = endpoint("0.0.0.0", 80);
  auto all = judge(3, {{{own}, 3}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::critical);
  CHECK(evidence(all[0], "listener_drops") == 3);
  CHECK(told(all[0]) ==
        ":443 holds 96 connections that the program has not accepted, with room for 129: nearly full, it dropped 3 "
        "SYNs or ACKs just now");
  // Without an overflow the drops have another reason.
  all = judge(0, {{{own}, 3}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::warning);
  CHECK_FALSE(evidence(all[0], "listener_drops"));
  // What its own drops explain is no burst elsewhere; what they do not, is.
  CHECK(judge(3, {{{own}, 3}, {{other}, 3}}).size() == 1);
  all = judge(5, {{{own}, 3}, {{other}, 3}});
  REQUIRE(all.size() == 2);
  CHECK(all[1].subject == ":80");
  CHECK(all[1].value == 2);
  // Nothing names another listener: the one that is nearly full is told, and no more.
  CHECK(judge(5, {}).size() == 1);
}

TEST_CASE("a queue with room that dropped earlier is judged by how long its first connection waits") {
  Diagnosing run;
  run.before.emplace().counters.listen_overflows = 7;
  run.facts.counters.listen_overflows = 12;
  run.listener_drops = {{{endpoint("0.0.0.0", 443)}, 5}};
  run.row(queue(6, 64));
  Connection unaccepted = served(State::established);
  unaccepted.inode = 0;
  run.rows(6, unaccepted, {{"last_data_sent_ms", 12'000}});
  const auto all = run.finish("accept-queue-full");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::warning);
  CHECK(all[0].value == 12);
  CHECK(evidence(all[0], "listener_drops") == 5);
  CHECK(all[0].why == "clients wait so long to be served, and the queue dropped 5 SYNs or ACKs just now");
}

TEST_CASE("a program that has used up its open files is told as the cause of a full accept queue") {
  const Owner program{812, 4, "httpd"};
  for (const std::size_t held : {std::size_t{51}, std::size_t{52}}) {
    CAPTURE(held);
    Diagnosing run;
    Listener row = listener(endpoint("0.0.0.0", 443));
    row.accept_queue = 33;
    row.accept_limit = 32;
    row.owners = {&program, 1};
    run.processes.table[program.pid] = 64;
    run.rows(held, served(State::established), {}, program);
    run.row(row);
    const Finding found = run.finish("accept-queue-full").at(0);
    CHECK(found.severity == Severity::critical);
    CHECK(
        (found.why == "httpd(812) has used up its open files (64), so that accept(2) fails; new clients are dropped") ==
        (held == 52));
  }
  // The queue has room still.
  Diagnosing run;
  Listener row = queue(116, 128);
  row.owners = {&program, 1};
  run.processes.table[program.pid] = 64;
  run.rows(52, served(State::established), {}, program);
  run.row(row);
  const Finding found = run.finish("accept-queue-full").at(0);
  CHECK(found.why == "httpd(812) has used up its open files (64), so that accept(2) fails");
  CHECK(found.brief == "httpd(812) is out of open files, :443 accept queue at 116, room for 129");
  CHECK(found.next == "tcpstat summary --by state,remote_address --pid 812");
}

TEST_CASE("few that wait long are clients whom nobody serves") {
  Diagnosing alone;
  alone.row(queue(1, 128));
  Connection unaccepted = served(State::established);
  unaccepted.inode = 0;
  alone.rows(1, unaccepted, {{"last_data_sent_ms", 31'000}});
  CHECK(alone.finish("accept-queue-full").at(0).brief == ":443 lets 1 client wait");
  for (const auto& [waiting, age_ms, expected] :
       {std::tuple{1U, 29'999U, Severity::ok}, std::tuple{1U, 30'000U, Severity::warning},
        std::tuple{4U, 600'000U, Severity::warning}, std::tuple{5U, 30'000U, Severity::warning},
        std::tuple{5U, 60'000U, Severity::critical}}) {
    CAPTURE(waiting);
    CAPTURE(age_ms);
    Diagnosing run;
    run.row(queue(waiting, 128));
    Connection row = connection(State::established, endpoint("192.0.2.1", 443), endpoint("198.51.100.7", 40000));
    row.inode = 0;
    run.rows(waiting, row, {{"last_data_sent_ms", age_ms}});
    CHECK(run.verdict("accept-queue-full") == expected);
  }
}
