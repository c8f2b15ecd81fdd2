#include <doctest/doctest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Asked;
using test::Scene;
using test::Sources;

using test::weighed;

TEST_CASE("sources that are known speak for clients, sources that cannot be against them") {
  Scene scene;
  scene.flood(10, 10);
  CHECK_FALSE(weighed(scene, "known_sources").has_value());  // nothing else was seen
  scene.established(10);
  CHECK(weighed(scene, "known_sources")->weight == 0.5);
  for (std::size_t i = 10; i < 60; ++i) {
    scene.rows.push_back(test::connection(State::established, scene.local, scene.rows[i].remote));
  }
  CHECK(weighed(scene, "known_sources")->weight == -1);
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  Scene forged;
  forged.flood(10, 10, Sources::class_e);
  CHECK(weighed(forged, "impossible_sources")->weight == 2);
}

/// Two looks at a flood of 10 SYN/s that nobody behind answers. Its requests come from `hosts` sources in turn, and the
/// first `share` of them have another connection each.
SynVerdict verdict_among_clients(SynReport& report, std::size_t hosts, double share, std::uint32_t backlog) {
  const auto scene = [&](double seconds) {
    Scene out;
    out.backlog = backlog;
    out.flood(10, seconds);
    const std::size_t count = out.rows.size();
    for (std::size_t i = 0; i < count; ++i) {
      const Address source = out.source(Sources::random, i % hosts);
      out.rows[i].remote.address = source;
      out.proc_rows[i].remote.address = source;
      const bool own = static_cast<double>(i) < share * static_cast<double>(count);
      const Endpoint other{own ? source : test::address("10.9.9.9"), static_cast<std::uint16_t>(2000 + i)};
      out.rows.push_back(test::connection(State::established, out.local, other));
    }
    return out;
  };
  const Scene before = scene(15);
  Scene now = scene(20);
  for (std::size_t i = 0; i < 150; ++i) now.rows[50 + i].cookie = before.rows[i].cookie;
  for (std::size_t i = 0; i < 50; ++i) now.rows[i].cookie = 9'000'000 + i;
  const SynSample first = before.sample();
  const SynSample second = now.sample(&first);
  SynInput input;
  input.now = &second;
  input.before = &first;
  input.facts = test::zero_facts();
  input.facts_before = test::zero_facts();
  input.apart = std::chrono::seconds(5);
  input.cusum = 8;  // earlier runs have seen it too
  report = detect_syn(input, {});
  return test::verdict(report);
}

TEST_CASE("a flood whose sources are all clients of this host is a possible one, and nobody is to be blocked") {
  SynReport report;
  CHECK(verdict_among_clients(report, 20, 1, 4096).level == AttackLevel::suspicious);
  const Finding* found = test::finding(report, "syn-flood");
  REQUIRE(found != nullptr);
  CHECK(found->severity == Severity::warning);
  CHECK(found->subject == "0.0.0.0:443");
  CHECK(test::verdict(report, "host").level == AttackLevel::suspicious);
  CHECK(found->why == "the sources have other connections here: it may be their last ACKs that do not arrive");
  CHECK(found->advice == "check the way from these clients (routes, firewalls) before anything is blocked");
  // Few that hold connections let no attacker off, nor do many beside others.
  CHECK(verdict_among_clients(report, 19, 1, 4096).level >= AttackLevel::likely);
  CHECK(verdict_among_clients(report, 200, 0.9, 4096).level >= AttackLevel::likely);
  // What fills the queue keeps clients out, whoever it is; they are not to be kept out by advice.
  CHECK(verdict_among_clients(report, 20, 1, 128).level == AttackLevel::under_attack);
  found = test::finding(report, "syn-flood");
  REQUIRE(found != nullptr);
  CHECK(found->advice ==
        "keep SYN cookies on (net.ipv4.tcp_syncookies); block nobody: these sources have other connections here");
}

TEST_CASE("a network is cut off if all that wait are of it, and nobody that is connected") {
  struct Row {
    std::string_view name;
    std::string_view connected;
    std::size_t elsewhere;
    Answer answer;
  };
  for (const Row& row :
       {Row{"others are connected", "203.0.113.9", 1, Answer::yes},
        Row{"one of it is connected", "198.51.100.200", 1, Answer::no},
        Row{"some wait elsewhere", "203.0.113.9", 4, Answer::no}, Row{"nobody is connected", "", 1, Answer::unknown}}) {
    CAPTURE(row.name);
    Scene scene;
    for (std::size_t i = 0; i < 40 - row.elsewhere; ++i)
      scene.request(2 + 0.1 * static_cast<double>(i), Sources::subnet);
    for (std::size_t i = 0; i < row.elsewhere; ++i) scene.request(3, Sources::random);
    if (!row.connected.empty()) {
      scene.rows.push_back(test::connection(State::established, scene.local, test::endpoint(row.connected, 4000)));
    }
    CHECK(test::measured(scene).cut_off == row.answer);
  }
}

TEST_CASE("who is cut off is told from who loses segments, though a repeated SYN makes requests look young") {
  Scene scene;
  for (int i = 0; i < 60; ++i) scene.request(1.05 + i / 31.0, Sources::subnet, 1);
  for (int i = 0; i < 20; ++i) scene.request(3.1 + i / 6.0, Sources::subnet, 1);
  scene.rows.push_back(test::connection(State::established, scene.local, test::endpoint("203.0.113.9", 4000)));
  const SynReport report = test::one_shot(scene);
  const Finding& path = test::found(report, "return-path");
  CHECK(path.message ==
        "Clients of 0.0.0.0:443 in 198.51.100.0/24 do not get our SYN+ACK, or a possible SYN flood repeats its SYNs");
  CHECK(path.brief == "Clients of 0.0.0.0:443 in 198.51.100.0/24 get no SYN+ACK, or possible SYN flood");
  CHECK(path.why.ends_with(", and nobody from there is connected"));
  CHECK(path.advice == "check the way to 198.51.100.0/24 (routing, firewall) before anything is blocked");
  CHECK(test::finding(report, "lossy-clients") == nullptr);
  // Somebody from there gets in.
  scene.rows.push_back(test::connection(State::established, scene.local, test::endpoint("198.51.100.99", 4000)));
  CHECK(test::finding(test::one_shot(scene), "return-path") == nullptr);
}

TEST_CASE("the share of known sources is held against the limit that it is for") {
  const auto asked_of = [](std::size_t known, std::size_t all, Asked& asked) {
    SynSampler sampler;
    Connection row =
        test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("10.9.9.9", 1));
    sampler.connection(row);
    std::vector<HalfOpen> requests(all);
    for (std::size_t i = 0; i < all; ++i) {
      requests[i].retransmits = 1;
      requests[i].source = test::address("10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200));
      row.remote.address = requests[i].source;
      if (i < known) sampler.connection(row);
    }
    asked.second = sampler.take();
    asked.ask_about(known_sources::heuristic, {}, requests);
    return asked.told("known_sources");
  };
  struct Row {
    std::size_t known;
    std::size_t all;
    std::string_view told;
    Answer some;
    Answer nearly_all;
  };
  for (const Row& row : {Row{0, 20, "0 <= 0.02 ratio, +0.5, sock_diag", Answer::no, Answer::no},
                         Row{0, 19, "nothing", Answer::unknown, Answer::unknown},
                         Row{1, 50, "0.02 <= 0.02 ratio, +0.5, sock_diag", Answer::no, Answer::no},
                         Row{2, 50, "0.04 <= 0.02 ratio, 0, sock_diag", Answer::no, Answer::no},
                         Row{9, 50, "0.18 <= 0.02 ratio, 0, sock_diag", Answer::no, Answer::no},
                         Row{10, 50, "0.2 >= 0.2 ratio, -1, sock_diag", Answer::yes, Answer::no},
                         Row{94, 100, "0.94 >= 0.2 ratio, -1, sock_diag", Answer::yes, Answer::no},
                         Row{95, 100, "0.95 >= 0.2 ratio, -1, sock_diag", Answer::yes, Answer::yes},
                         Row{20, 20, "1 >= 0.2 ratio, -1, sock_diag", Answer::yes, Answer::yes}}) {
    CAPTURE(row.known);
    CAPTURE(row.all);
    Asked asked;
    CHECK(asked_of(row.known, row.all, asked) == row.told);
    CHECK(asked.signals.some_are_clients == row.some);
    CHECK(asked.signals.known_share.value_or(-1) ==
          (row.some == Answer::unknown ? -1 : static_cast<double>(row.known) / static_cast<double>(row.all)));
    CHECK(asked.signals.sources_are_clients == row.nearly_all);
    const bool clients = row.nearly_all == Answer::yes;
    CHECK(asked.told("known_clients") ==
          (clients ? std::to_string(row.known) + " >= 20 sources, 0, sock_diag" : "nothing"));
  }
}

}  // namespace
}  // namespace tcpstat::detect
