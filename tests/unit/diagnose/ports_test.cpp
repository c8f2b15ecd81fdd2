// Ephemeral ports: the arithmetic, and what TIME_WAIT takes from it.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

/// 100 ports: 40000 to 40109 without ten reserved ones.
struct HundredPorts : Diagnosing {
  HundredPorts() {
    rule_limits.settings.first_local_port = 40000;
    rule_limits.settings.last_local_port = 40109;
    rule_limits.settings.reserved_ports = 10;
  }
};

/// `count` connections from ports `first` on.
void connect(Diagnosing& run, std::uint16_t first, std::size_t count, State state, std::string_view to = "198.51.100.7",
             std::uint16_t to_port = 443, std::string_view from = "192.0.2.1") {
  for (std::size_t i = 0; i < count; ++i) {
    const auto port = static_cast<std::uint16_t>(first + i);
    run.rows(1, connection(state, endpoint(from, port), endpoint(to, to_port)));
  }
}

}  // namespace

TEST_CASE("ports in use are held against those that may be taken") {
  struct Case {
    std::size_t count;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 5>{{{69, Severity::ok},
                                              {70, Severity::warning},
                                              {89, Severity::warning},
                                              {90, Severity::critical},
                                              {100, Severity::critical}}}) {
    CAPTURE(one.count);
    HundredPorts run;
    connect(run, 40000, one.count, State::established);
    CHECK(run.verdict("port-exhaustion") == one.expected);
  }
}

TEST_CASE("any state takes a port, and a finding says how many wait") {
  HundredPorts run;
  connect(run, 40000, 30, State::established);
  connect(run, 40030, 5, State::syn_sent);
  connect(run, 40035, 60, State::time_wait);
  const auto all = run.finish("port-exhaustion");
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::critical);
  CHECK(all[0].subject == "198.51.100.7:443");
  CHECK(all[0].value == doctest::Approx(0.95));
  CHECK(evidence(all[0], "ports_in_time_wait") == 60);
  CHECK(told(all[0]) ==
        "95 of 100 local ports from 192.0.2.1 to 198.51.100.7:443 are taken, 60 by TIME_WAIT: more than 1 new one a "
        "second does not fit");
  CHECK(all[0].advice == "keep connections open");
  CHECK(all[0].next == "tcpstat summary --by state,process --remote 198.51.100.7:443");
}

TEST_CASE("what most of the ports wait for decides what is said and advised") {
  struct Case {
    std::size_t waiting;
    std::size_t held;
    std::uint16_t last_port;
    std::string_view why;
    std::string_view advice;
  };
  for (const Case& one : std::array<Case, 3>{{
           {48, 47, 40109, "more than 1 new one a second does not fit", "keep connections open"},
           {190, 5, 40209, "more than 3 new ones a second do not fit", "keep connections open"},
           {47, 47, 40109, "new connections there are about to fail",
            "share connections, or add a source or destination address"},
       }}) {
    CAPTURE(one.why);
    HundredPorts run;
    run.rule_limits.settings.last_local_port = one.last_port;
    run.rule_limits.settings.tw_reuse = 0;
    connect(run, 40000, one.waiting, State::time_wait);
    connect(run, static_cast<std::uint16_t>(40000 + one.waiting), one.held, State::established);
    const Finding found = run.finish("port-exhaustion").at(0);
    CHECK(found.why == one.why);
    CHECK(found.advice == one.advice);
  }
}

TEST_CASE("without the range of ports nobody knows how many are left, if there are connections at all") {
  Diagnosing run;
  run.rule_limits.settings.first_local_port.reset();
  run.finish();
  CHECK(run.diagnoser().not_seen().empty());
  connect(run, 40000, 3, State::established);
  run.finish();
  const auto unseen = run.diagnoser().not_seen();
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].what == "whether local ports run out: net.ipv4.ip_local_port_range is not known");
  CHECK(unseen[0].unjudged == 3);
  CHECK(unseen[0].not_at_all);
}

TEST_CASE("ports that attempts keep are told as that, if they are most") {
  for (const std::size_t connecting : {40U, 41U}) {
    CAPTURE(connecting);
    HundredPorts run;
    connect(run, 40000, connecting, State::syn_sent);
    connect(run, static_cast<std::uint16_t>(40000 + connecting), 80 - connecting, State::established);
    const Finding found = run.finish("port-exhaustion").at(0);
    const bool most = connecting == 41;
    CHECK(found.message.ends_with("are taken, 41 by SYN_SENT") == most);
    CHECK((evidence(found, "ports_connecting") == 41) == most);
    CHECK((found.advice == "see whether it is up; let programs give up sooner") == most);
  }
}

TEST_CASE("each destination and each local address has the whole range") {
  HundredPorts run;
  connect(run, 40000, 60, State::established);
  connect(run, 40000, 60, State::established, "198.51.100.7", 8443);
  connect(run, 40000, 60, State::established, "198.51.100.8");
  connect(run, 40000, 60, State::established, "198.51.100.7", 443, "192.0.2.2");
  CHECK(run.verdict("port-exhaustion") == Severity::ok);
}

TEST_CASE("IPv4 inside IPv6 takes the same ports") {
  HundredPorts run;
  connect(run, 40000, 40, State::established);
  connect(run, 40040, 40, State::established, "::ffff:198.51.100.7", 443, "::ffff:192.0.2.1");
  CHECK(run.verdict("port-exhaustion") == Severity::warning);
}

TEST_CASE("a shell does not read more into an IPv6 destination") {
  HundredPorts run;
  connect(run, 40000, 90, State::established, "2001:db8::7", 443, "2001:db8::1");
  CHECK(run.finish("port-exhaustion").at(0).next == "tcpstat summary --by state,process --remote '[2001:db8::7]:443'");
}

TEST_CASE("ports outside the range are nobody's ephemeral ports") {
  HundredPorts run;
  connect(run, 20000, 500, State::established);
  CHECK(run.verdict("port-exhaustion") == Severity::ok);
}

TEST_CASE("clients of a server take none of its ports") {
  HundredPorts run;
  run.rows(5000, connection(State::established, endpoint("192.0.2.1", 40001), endpoint("198.51.100.7", 1024)));
  connect(run, 40000, 100, State::syn_recv);
  CHECK(run.verdict("port-exhaustion") == Severity::ok);
}

TEST_CASE("TIME_WAIT that may be reused is no exhaustion") {
  struct Case {
    std::string_view name;
    std::optional<std::int64_t> tw_reuse;
    std::optional<std::int64_t> timestamps;
    std::string_view address;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 7>{{{"off", 0, 1, "198.51.100.7", Severity::critical},
                                              {"on", 1, 1, "198.51.100.7", Severity::info},
                                              {"on without timestamps", 1, 0, "198.51.100.7", Severity::critical},
                                              {"loopback only, elsewhere", 2, 1, "198.51.100.7", Severity::critical},
                                              {"loopback only, there", 2, 1, "127.0.0.1", Severity::info},
                                              {"loopback only, IPv6", 2, 1, "::1", Severity::info},
                                              {"not known", {}, {}, "127.0.0.1", Severity::critical}}}) {
    CAPTURE(one.name);
    HundredPorts run;
    run.rule_limits.settings.tw_reuse = one.tw_reuse;
    run.rule_limits.settings.timestamps = one.timestamps;
    connect(run, 40000, 95, State::time_wait, one.address, 443, one.address);
    CHECK(run.verdict("port-exhaustion") == one.expected);
  }
  HundredPorts held;
  held.rule_limits.settings.tw_reuse = 1;
  connect(held, 40000, 75, State::established);
  connect(held, 40075, 20, State::time_wait);
  CHECK(held.verdict("port-exhaustion") == Severity::warning);
}

TEST_CASE("ports that bind(2) took are taken for all destinations") {
  struct Case {
    std::size_t count;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 4>{
           {{69, Severity::ok}, {70, Severity::warning}, {89, Severity::warning}, {90, Severity::critical}}}) {
    CAPTURE(one.count);
    HundredPorts run;
    for (std::size_t i = 0; i < one.count; ++i) {
      connect(run, static_cast<std::uint16_t>(40000 + i), 1, State::established, "127.0.0." + std::to_string(i + 1));
    }
    CHECK(run.verdict("port-exhaustion") == one.expected);
  }
  HundredPorts all;
  for (std::size_t i = 0; i < 100; ++i) {
    connect(all, static_cast<std::uint16_t>(40000 + i), 1, State::established, "127.0.0." + std::to_string(i + 1));
  }
  const auto found = all.finish("port-exhaustion");
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "host");
  CHECK(
      told(found[0]) ==
      "100 of 100 local ports are taken by sockets that were bound before they connected: connect(2) finds hardly any, "
      "whatever the destination");
  CHECK(found[0].next == "tcpstat summary --by state,process -a --local-port 40000-40109");
}

TEST_CASE("sockets that are bound and not connected take ports, and so do listeners") {
  HundredPorts run;
  connect(run, 40000, 60, State::close);
  CHECK(run.verdict("port-exhaustion") == Severity::ok);
  for (std::uint16_t port = 40060; port < 40070; ++port) run.row(listener(endpoint("0.0.0.0", port)));
  CHECK(run.verdict("port-exhaustion") == Severity::warning);
  // What a listener accepted has its port, and takes no other.
  connect(run, 40060, 10, State::established);
  CHECK(evidence(run.finish("port-exhaustion").at(0), "ports_taken") == doctest::Approx(0.7));
  HundredPorts alone;
  connect(alone, 40000, 100, State::close);
  CHECK(alone.finish("port-exhaustion").at(0).message ==
        "100 of 100 local ports are taken by sockets that were bound and never connected");
}

TEST_CASE("what took the ports is told apart, and what helps follows from it") {
  const std::string_view close_them = "let programs close them, or widen net.ipv4.ip_local_port_range";
  const std::string_view bind_later = "let programs set IP_BIND_ADDRESS_NO_PORT, or widen net.ipv4.ip_local_port_range";
  struct Case {
    std::size_t idle;
    std::size_t connected;
    std::size_t listeners;
    std::string_view were;
    std::string_view advice;
  };
  for (const Case& one : std::array<Case, 5>{{
           {90, 0, 0, "bound and never connected", close_them},
           {0, 90, 0, "bound before they connected", bind_later},
           {70, 20, 0, "bound before they connected, 70 of them never did", bind_later},
           {60, 20, 10, "bound before they connected, 60 of them never did, 10 by listeners", bind_later},
           {60, 0, 30, "bound and never connected, 30 by listeners", close_them},
       }}) {
    CAPTURE(one.were);
    HundredPorts run;
    std::uint16_t port = 40000;
    connect(run, port, one.idle, State::close);
    port = static_cast<std::uint16_t>(port + one.idle);
    for (std::size_t i = 0; i < one.connected; ++i, ++port) {
      connect(run, port, 1, State::established, "127.0.0." + std::to_string(i + 1));
    }
    for (std::size_t i = 0; i < one.listeners; ++i, ++port) run.row(listener(endpoint("0.0.0.0", port)));
    const Finding found = run.finish("port-exhaustion").at(0);
    CHECK(found.message == "90 of 100 local ports are taken by sockets that were " + std::string(one.were));
    CHECK(found.advice == one.advice);
  }
}

TEST_CASE("connections that share ports were not bound, however many there are") {
  HundredPorts run;
  for (unsigned i = 1; i <= 4; ++i) connect(run, 40000, 60, State::established, "198.51.100." + std::to_string(i));
  connect(run, 40060, 50, State::established, "198.51.100.9");
  CHECK(run.verdict("port-exhaustion") == Severity::ok);
}

TEST_CASE("a source that shows no bound sockets says so") {
  HundredPorts run;
  connect(run, 40000, 1, State::established);
  run.finish();
  CHECK(run.diagnoser().not_seen().empty());
  run.visible = StateSet::all() - StateSet{State::close};
  run.finish();
  REQUIRE(run.diagnoser().not_seen().size() == 1);
  CHECK(run.diagnoser().not_seen()[0].what.starts_with("ports that sockets hold which are bound"));
}

TEST_CASE("an unknown range says nothing") {
  Diagnosing run;
  run.rule_limits.settings.first_local_port.reset();
  run.rule_limits.settings.last_local_port.reset();
  connect(run, 40000, 20000, State::established);
  CHECK(run.verdict("port-exhaustion") == Severity::ok);
  Diagnosing half;
  half.rule_limits.settings.first_local_port.reset();
  half.rule_limits.settings.last_local_port = 40099;
  connect(half, 40000, 100, State::established);
  CHECK(half.finish().empty());
}

TEST_CASE("a range that is all reserved says nothing") {
  HundredPorts run;
  run.rule_limits.settings.reserved_ports = 110;
  connect(run, 40000, 100, State::established);
  CHECK(run.verdict("port-exhaustion") == Severity::ok);
}
