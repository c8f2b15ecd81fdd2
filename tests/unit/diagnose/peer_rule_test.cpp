#include "diagnose/peer_rule.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("one peer, or all of them") {
  Diagnosing one_peer;
  one_peer.rows(6, waiting(TimerKind::retransmit, 4));
  auto found = one_peer.finish("retransmitting");
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "198.51.100.7");
  CHECK(found[0].next == "tcpstat --state ESTABLISHED -p -i --remote 198.51.100.7 --sort retransmits:desc --limit 20");

  Diagnosing many;
  for (unsigned i = 1; i <= 6; ++i) {
    Connection row = waiting(TimerKind::retransmit, 4);
    row.remote = endpoint("203.0.113." + std::to_string(i), 1024);
    many.rows(1, row);
  }
  found = many.finish("retransmitting");
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "host");
  CHECK(told(found[0]).find("spread over 6 peers") != std::string::npos);
}

TEST_CASE("half of them with one peer are not most of them") {
  Diagnosing run;
  run.rows(2, waiting(TimerKind::retransmit, 4));
  Connection other = waiting(TimerKind::retransmit, 4);
  other.remote.address = address("203.0.113.1");
  run.rows(2, other);
  CHECK(run.finish("retransmitting").at(0).subject == "host");
  run.rows(1, other);
  CHECK(run.finish("retransmitting").at(0).subject == "203.0.113.1");
}

TEST_CASE("a few clients of many that walked away are ordinary") {
  Diagnosing run;
  run.rows(10'000, served(State::established));
  run.rows(10, waiting(TimerKind::retransmit, 8));
  CHECK(run.verdict("retransmitting") == Severity::ok);
  run.rows(1, waiting(TimerKind::retransmit, 8));
  CHECK(run.verdict("retransmitting") == Severity::info);
}

TEST_CASE("whose trouble it is depends on how many of all connections have it") {
  struct Case {
    std::size_t hit;
    std::size_t others;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 5>{{{10, 91, Severity::info},
                                              {10, 90, Severity::warning},
                                              {10, 11, Severity::warning},
                                              {10, 10, Severity::critical},
                                              {10, 0, Severity::critical}}}) {
    CAPTURE(one.others);
    Diagnosing run;
    run.rows(one.others, served(State::established)).rows(one.hit, waiting(TimerKind::retransmit, 8));
    CHECK(run.verdict("retransmitting") == one.expected);
  }
}

TEST_CASE("a share of few rows of one peer says nothing, unless this host opened them") {
  struct Case {
    std::string_view name;
    unsigned peers;
    std::size_t each;
    bool opened_here;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 8>{{{"one of two", 1, 1, false, Severity::info},
                                              {"two of three", 1, 2, false, Severity::info},
                                              {"three of four", 1, 3, false, Severity::warning},
                                              {"nine of ten", 1, 9, false, Severity::warning},
                                              {"ten of eleven", 1, 10, false, Severity::critical},
                                              {"four of two peers", 2, 2, false, Severity::warning},
                                              {"three peers", 3, 1, false, Severity::critical},
                                              {"its own", 1, 1, true, Severity::critical}}}) {
    CAPTURE(one.name);
    Diagnosing run;
    run.rows(1, served(State::established));
    for (unsigned i = 1; i <= one.peers; ++i) {
      Connection row = waiting(TimerKind::retransmit, 8);
      row.remote.address = address("203.0.113." + std::to_string(i));
      if (one.opened_here) row.local.port = 50'000;
      run.rows(one.each, row);
    }
    CHECK(run.verdict("retransmitting") == one.expected);
  }
}

TEST_CASE("three connections that this host opened are its own work, however many clients it has") {
  Connection row = waiting(TimerKind::retransmit, 8);
  row.local.port = 50'000;
  row.remote.port = 432;  // rows() counts up
  Diagnosing run;
  run.rows(500, served(State::established)).rows(2, row);
  CHECK(run.verdict("retransmitting") == Severity::info);
  run.rows(1, row);
  CHECK(run.verdict("retransmitting") == Severity::warning);
}

TEST_CASE("it is said how many peers wait, of how many connections") {
  Diagnosing run;
  run.rows(90, served(State::established));
  for (unsigned i = 1; i <= 4; ++i) {
    Connection row = waiting(TimerKind::retransmit, 4);
    row.remote = endpoint("203.0.113." + std::to_string(i), 1024);
    run.rows(1, row);
  }
  CHECK(told(run.finish("retransmitting").at(0)) ==
        "4 of 94 connections wait for an answer to data sent again and again; spread over 4 peers: these are gone, or "
        "the "
        "path to them loses segments");
  run.rows(5, waiting(TimerKind::retransmit, 4));
  CHECK(told(run.finish("retransmitting").at(0)) ==
        "9 of 99 connections wait for an answer to data sent again and again; 5 of them with 198.51.100.7, of 5 peers: "
        "the "
        "peer is gone, or the path loses everything");
}

namespace {

constexpr auto kPeerLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "times", ""},
    {"critical", 6, "times", ""},
    kLeastShare,
    kSomeShare,
    kMostShare,
});
constexpr RuleInfo kPeerRuleInfo = {"some-rule", "?", "", kPeerLimits};
constexpr PeerWords kPeerWords = {
    .quantity = "tries",
    .unit = "times",
    .what = " for a test",
    .one = "one",
    .few = "few",
    .most = "most",
    .advice = "advice",
    .advice_for_most = "advice for most",
    .columns = "-p",
    .brief = " briefly",
    .age_from = "timer",
};

/// A rule with rows of peers that tried in vain.
struct PeersInVain {
  RuleLimits limits;
  PeerRule rule{kPeerRuleInfo, limits};

  void add(unsigned peer, std::size_t count, std::uint32_t tries = 4, std::optional<std::uint64_t> age_ms = {}) {
    for (std::size_t i = 0; i < count; ++i) rule.add(row_of(peer, tries), age_ms);
  }
  static Connection row_of(unsigned peer, std::uint32_t tries) {
    Connection row = waiting(TimerKind::retransmit, tries);
    row.remote.address = address("203.0." + std::to_string(peer / 256 % 256) + "." + std::to_string(peer % 256));
    return row;
  }
  [[nodiscard]] std::vector<Finding> findings(std::uint64_t open, const PeerWords& words = kPeerWords) const {
    std::vector<Finding> out;
    const KernelFacts none;
    const Turnover turnover;
    DiagnosisFacts facts{.facts = none};
    facts.turnover = &turnover;
    rule.conclude(open, words, facts, out);
    return out;
  }
  [[nodiscard]] Finding only(std::uint64_t open, const PeerWords& words = kPeerWords) const {
    const auto all = findings(open, words);
    REQUIRE(all.size() == 1);
    return all.front();
  }
};

}  // namespace

TEST_CASE("a peer rule has the limits of its rule, and judges by them") {
  const PeersInVain peers;
  CHECK(peers.rule.warning == 3);
  CHECK(peers.rule.critical == 6);
  CHECK(peers.rule.limit("share") == 0.001);
  CHECK(peers.rule.judged(2.9) == Severity::ok);
  CHECK(peers.rule.judged(3) == Severity::warning);
  CHECK(peers.rule.judged(5.9) == Severity::warning);
  CHECK(peers.rule.judged(6) == Severity::critical);
}

TEST_CASE("rows that are well are not counted") {
  PeersInVain peers;
  peers.add(1, 5, 2);
  peers.rule.add(PeersInVain::row_of(1, 9), 5, Severity::ok);
  Connection unknown = PeersInVain::row_of(1, 9);
  unknown.retransmits.reset();
  peers.rule.add(unknown, 5);
  CHECK(peers.rule.all().rows == 0);
  CHECK(peers.rule.peers().largest().empty());
  CHECK(peers.rule.worst() == Severity::ok);
  CHECK(peers.findings(1).empty());
  peers.add(1, 2, 3);
  peers.add(2, 1, 6);
  peers.add(2, 1, 4);
  CHECK(peers.rule.all().rows == 4);
  CHECK(peers.rule.all().worst == 6);
  CHECK(peers.rule.peers().largest().size() == 2);
  CHECK(peers.rule.worst() == Severity::critical);
}

TEST_CASE("one peer is told with all that is known of it") {
  PeersInVain peers;
  peers.add(1, 1, 4, 9'500);
  const Finding one = peers.only(20);
  CHECK(one.rule == "some-rule");
  CHECK(one.severity == Severity::info);
  CHECK(one.subject == "203.0.0.1");
  CHECK(one.message == "1 of 20 connections waits for a test, the oldest for 9 s; 203.0.0.1");
  CHECK(one.brief == "1 of 20 connections waits briefly");
  CHECK(one.why == "one");
  CHECK(one.advice == "advice");
  CHECK(one.next == "tcpstat --state ESTABLISHED -p --remote 203.0.0.1 --sort retransmits:desc --limit 20");
  CHECK(one.value == 4);
  CHECK(one.unit == "times");
  CHECK(one.warning == 3);
  CHECK(one.critical == 6);
  REQUIRE(one.evidence.size() == 6);
  struct Case {
    std::string_view quantity;
    double value;
    std::optional<double> limit;
    std::string_view unit;
    std::string_view source;
  };
  const std::array<Case, 6> cases = {{{"tries", 4, 3, "times", "sock_diag"},
                                      {"sockets", 1, 1, "sockets", "sock_diag"},
                                      {"share_of_open", 0.05, 0.1, "ratio", "sock_diag"},
                                      {"largest_of_one_peer", 1, {}, "sockets", "sock_diag"},
                                      {"peers", 1, {}, "peers", "sock_diag"},
                                      {"oldest_s", 9.5, {}, "s", "timer"}}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].quantity);
    CHECK(one.evidence[i].quantity == cases[i].quantity);
    CHECK(one.evidence[i].value == cases[i].value);
    CHECK(one.evidence[i].limit == cases[i].limit);
    CHECK(one.evidence[i].unit == cases[i].unit);
    CHECK(one.evidence[i].source == cases[i].source);
  }
}

TEST_CASE("limits that are passed are those that are told") {
  PeersInVain peers;
  peers.add(1, 10, 6);
  const Finding worse = peers.only(20);
  CHECK(worse.severity == Severity::critical);
  CHECK(worse.evidence[0].limit == 6);
  CHECK(worse.evidence[2].limit == 0.5);
  CHECK(worse.evidence.size() == 5);
  CHECK(worse.message == "10 of 20 connections wait for a test; 203.0.0.1");
  const Finding some = peers.only(25);
  CHECK(some.severity == Severity::warning);
  CHECK(some.evidence[0].limit == 6);
  CHECK(some.evidence[2].limit == 0.1);
}

TEST_CASE("how many wait is told of all, and alone where those are all") {
  PeersInVain peers;
  peers.add(1, 1);
  CHECK(peers.only(1).brief == "1 connection waits briefly");
  CHECK(peers.only(0).brief == "1 connection waits briefly");
  CHECK(evidence(peers.only(0), "share_of_open") == 1);
  PeerWords silent = kPeerWords;
  silent.verb = "";
  silent.brief = "";
  CHECK(peers.only(2, silent).brief == "1 of 2 connections for a test");
  peers.add(1, 1);
  CHECK(peers.only(2).brief == "2 connections wait briefly");
  CHECK(peers.only(3).brief == "2 of 3 connections wait briefly");
}

TEST_CASE("so few of all are ordinary") {
  PeersInVain peers;
  peers.add(1, 1);
  CHECK(peers.findings(1000).size() == 1);
  CHECK(peers.findings(1001).empty());
  peers.add(1, 1);
  CHECK(peers.only(1001).evidence[1].limit == 2);
  CHECK(peers.only(2000).evidence[1].limit == 2);
  CHECK(peers.findings(2001).empty());
}

TEST_CASE("no finding is worse than its rows, nor than their share of all") {
  struct Case {
    std::uint32_t tries;
    std::uint64_t open;
    Severity severity;
  };
  for (const Case& one : std::array<Case, 6>{{{6, 20, Severity::critical},
                                              {6, 21, Severity::warning},
                                              {6, 100, Severity::warning},
                                              {6, 101, Severity::info},
                                              {5, 20, Severity::warning},
                                              {5, 101, Severity::info}}}) {
    CAPTURE(one.open);
    PeersInVain peers;
    peers.add(1, 10, one.tries);
    CHECK(peers.only(one.open).severity == one.severity);
  }
}

TEST_CASE("peers are told by the one that has more than half, or as spread") {
  PeersInVain peers;
  peers.add(1, 2);
  peers.add(2, 2);
  const Finding spread = peers.only(40);
  CHECK(spread.subject == "host");
  CHECK(spread.message.ends_with("; spread over 2 peers"));
  CHECK(spread.why == "few");
  CHECK(spread.advice == "advice");
  CHECK(spread.next == "tcpstat --state ESTABLISHED -p --sort retransmits:desc --limit 20");
  CHECK(evidence(spread, "largest_of_one_peer") == 2);
  CHECK(evidence(spread, "peers") == 2);
  CHECK(peers.only(9).why == "few");
  CHECK(peers.only(8).why == "most");
  CHECK(peers.only(8).advice == "advice for most");
  peers.add(2, 1);
  const Finding one = peers.only(8);
  CHECK(one.subject == "203.0.0.2");
  CHECK(one.message.ends_with("; 3 of them with 203.0.0.2, of 2 peers"));
  CHECK(one.why == "one");
  CHECK(one.advice == "advice");
  CHECK(one.next == "tcpstat --state ESTABLISHED -p --remote 203.0.0.2 --sort retransmits:desc --limit 20");
}

TEST_CASE("of more peers than are told apart there are more than are counted") {
  PeersInVain peers;
  for (unsigned i = 0; i < RowGroups::kMost; ++i) peers.add(i, 1);
  CHECK(peers.only(1).message.ends_with("spread over 4096 peers"));
  peers.add(RowGroups::kMost, 1);
  CHECK(peers.only(1).message.ends_with("spread over more than 2049 peers"));
  peers.add(0, 20'000);
  CHECK(peers.only(1).message.ends_with(", of more than 2049 peers"));
}

namespace {

/// How long nobody has answered, of a row that sent the same four times.
Diagnosing::Info silent_for(std::uint64_t seconds) {
  return {{"rto_ms", (seconds * 1000 + 500) * 16 / 31}, {"backoff", 4}, {"last_ack_recv_ms", seconds * 1000 + 500}};
}
Diagnosing::Info heard_before(std::uint64_t ms) { return {{"last_ack_recv_ms", ms}}; }

/// So many peers of a /24 that have been silent for 13 s.
void silent_network(Diagnosing& run, unsigned peers, const char* network = "203.0.113.", std::uint16_t port = 443) {
  for (unsigned i = 1; i <= peers; ++i) {
    Connection row = waiting(TimerKind::retransmit, 4, 0);
    row.local.port = port;
    row.remote.address = address(network + std::to_string(i));
    run.rows(1, row, silent_for(13));
  }
}

}  // namespace

TEST_CASE("a network that is cut off is named, if others are heard since") {
  struct Case {
    std::string_view name;
    std::uint64_t heard_ms;
    std::size_t heard;
    const char* heard_peer;
    unsigned elsewhere;
    bool named;
  };
  for (const Case& one : {Case{"others are well", 2'000, 20, "198.51.100.7", 0, true},
                          Case{"one of another network is gone, too", 2'000, 20, "198.51.100.7", 1, true},
                          Case{"many of other networks are gone", 2'000, 20, "198.51.100.7", 4, false},
                          Case{"nobody was heard since", 14'000, 20, "198.51.100.7", 0, false},
                          Case{"hardly anybody", 2'000, 2, "198.51.100.7", 0, false},
                          Case{"some of it are heard", 2'000, 20, "203.0.113.99", 0, false}}) {
    CAPTURE(one.name);
    Diagnosing run;
    silent_network(run, 25);
    for (unsigned i = 0; i < one.elsewhere; ++i) silent_network(run, 1, ("192.0." + std::to_string(i) + ".").c_str());
    Connection well = served(State::established);
    well.remote.address = address(one.heard_peer);
    run.rows(one.heard, well, heard_before(one.heard_ms));
    const Finding found = run.finish("retransmitting").at(0);
    CHECK((found.why.find("the way to 203.0.113.0/24 is cut") != std::string::npos) == one.named);
    CHECK((found.next.find("--remote 203.0.113.0/24") != std::string::npos) == one.named);
    const bool link_may_be_down = one.heard_ms > 13'000 || one.heard < 3;
    CHECK((found.advice == "look at this host's own link first") == link_may_be_down);
    if (one.name != "others are well") continue;
    CHECK(found.message.ends_with("; spread over 25 peers of 203.0.113.0/24"));
    CHECK(found.why == "others are heard meanwhile: the way to 203.0.113.0/24 is cut");
    CHECK(found.advice == "look at the path to 203.0.113.0/24 (router, tunnel, firewall)");
  }
}

TEST_CASE("keepalive probes that nobody answers say how long that is, not how long the connection was idle") {
  Diagnosing run;
  for (unsigned i = 1; i <= 20; ++i) {
    Connection row = waiting(TimerKind::keepalive, 4);
    row.send_queue = 0;
    row.remote.address = address("203.0.113." + std::to_string(i));
    run.rows(1, row, heard_before(7'200'000));
  }
  run.rows(5, served(State::established), heard_before(2'900));
  CHECK(run.finish("keepalive-dead").at(0).why == "others are heard meanwhile: the way to 203.0.113.0/24 is cut");

  Diagnosing before;
  Connection row = waiting(TimerKind::keepalive, 4);
  for (unsigned i = 1; i <= 20; ++i) {
    row.remote.address = address("203.0.113." + std::to_string(i));
    before.rows(1, row, heard_before(7'200'000));
  }
  before.rows(5, served(State::established), heard_before(3'000));
  CHECK(before.finish("keepalive-dead").at(0).advice == "look at this host's own link first");
}

TEST_CASE("a port or an address of this host is named, if others of it are heard") {
  const auto stuck = [](std::uint16_t well_port, const char* well_address) {
    Diagnosing run;
    for (unsigned i = 1; i <= 12; ++i) silent_network(run, 1, ("10.20." + std::to_string(i) + ".").c_str(), 8080);
    Connection well = served(State::established, well_port);
    well.local.address = address(well_address);
    run.rows(5, well, heard_before(100));
    return run.finish("retransmitting").at(0);
  };
  const Finding port = stuck(22, "192.0.2.1");
  CHECK(port.message.ends_with("; spread over 12 peers, on :8080"));
  CHECK(port.why == "others are heard meanwhile: a firewall may drop what is of :8080");
  CHECK(port.advice == "look at the firewall rules for port 8080, here first");
  CHECK(port.next.find(" --local-port 8080 ") != std::string::npos);
  const Finding own = stuck(8080, "192.0.2.2");
  CHECK(own.message.ends_with("; spread over 12 peers, at 192.0.2.1"));
  CHECK(own.why == "others are heard meanwhile: the link or the way back of 192.0.2.1 is cut");
  CHECK(own.next.find(" --local 192.0.2.1 ") != std::string::npos);
  const Finding both = stuck(22, "192.0.2.2");
  CHECK(both.message.ends_with("; spread over 12 peers, on :8080, at 192.0.2.1"));
  const Finding neither = stuck(8080, "192.0.2.1");
  CHECK(neither.message.ends_with("; spread over 12 peers"));
  CHECK(neither.why == "these are gone, or the path to them loses segments");
  CHECK(neither.advice == "see whether the peer is up and reachable");
}

TEST_CASE("a peer that answers on other connections is not gone") {
  const auto why = [](const char* well_peer, std::uint64_t heard_ms) {
    Diagnosing run;
    run.rows(6, waiting(TimerKind::retransmit, 4, 0), silent_for(13));
    Connection well = served(State::established, 22);
    well.remote.address = address(well_peer);
    run.rows(1, well, heard_before(heard_ms));
    return run.finish("retransmitting").at(0).why;
  };
  CHECK(why("198.51.100.7", 500) ==
        "it answers on other connections: a firewall or NAT on the way may have forgotten these, or one host behind it "
        "is gone");
  CHECK(why("198.51.100.7", 14'000) == "the peer is gone, or the path loses everything");
  CHECK(why("198.51.100.8", 500) == "the peer is gone, or the path loses everything");
}
