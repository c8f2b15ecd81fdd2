#include "detect/outlook.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string_view>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::delta;
using test::one_shot;

TEST_CASE("a few SYNs that die in front of much room are worth knowing, and no more") {
  Scene scene;
  scene.backlog = 4096;
  scene.flood(1, 40);
  scene.established(5);
  const SynReport report = one_shot(scene);
  CHECK(test::verdict(report).level == AttackLevel::none);
  CHECK(test::verdict(report).attack_class == "stray SYNs");
  CHECK(test::finding(report, "syn-flood") == nullptr);
  REQUIRE(test::finding(report, "stray-syns") != nullptr);
  CHECK(test::finding(report, "stray-syns")->severity == Severity::info);
  CHECK(test::finding(report, "stray-syns")->message ==
        "1 SYN/s at 0.0.0.0:443 never become connections, harmless at this room (63 of 4097 at most)");
  CHECK(test::finding(report, "stray-syns")->next == "tcpstat summary --by remote_prefix -s SYN_RECV --local-port 443");
}

TEST_CASE("a small count may be too high by chance, and is no flood for that") {
  Scene scene;
  scene.backlog = 4096;
  scene.flood(1.4, 30);  // 40 or so: surely 1.2 a second
  scene.established(5);
  CHECK(test::verdict(one_shot(scene)).attack_class == "stray SYNs");
}

TEST_CASE("cookies of another listener take no room from this one") {
  for (const bool lost_here : {false, true}) {
    Scene scene;
    scene.backlog = 4096;
    scene.flood(1, 40);
    scene.established(5);
    SynSample before = scene.sample();
    before.listeners.push_back(before.listeners.front());
    before.listeners.back().local.port = 8080;
    before.listeners.back().half_open = 0;
    before.listeners.back().by_rounds = {};
    SynSample now = before;
    if (lost_here) now.listeners.front().drops = 500;
    KernelFacts facts = test::zero_facts();
    facts.counters.syncookies_sent = 500;
    facts.counters.syncookies_recv = 490;
    facts.counters.passive_opens = 500;
    CHECK((test::verdict(detect_syn(test::between(before, now, facts), {})).attack_class == "stray SYNs") ==
          !lost_here);
  }
}

TEST_CASE("the requests of clients take room from a flood too") {
  Scene scene;
  scene.backlog = 4096;
  scene.flood(5, 30);
  scene.established(5);
  CHECK(test::found(one_shot(scene), "syn-flood").why.starts_with("harmless"));
  scene.fresh(1900);
  CHECK_FALSE(test::found(one_shot(scene), "syn-flood").why.starts_with("harmless"));
}

TEST_CASE("the same in front of little room, or more of it, is a flood") {
  struct Row {
    std::uint32_t backlog;
    double per_s;
    Severity severity;
  };
  for (const Row& row : {Row{511, 1, Severity::warning}, Row{64, 1, Severity::critical},
                         Row{4096, 5, Severity::warning}, Row{511, 5, Severity::critical}}) {
    CAPTURE(row.backlog);
    CAPTURE(row.per_s);
    Scene scene;
    scene.backlog = row.backlog;
    scene.flood(row.per_s, 40);
    scene.established(5);
    const SynReport report = one_shot(scene);
    CHECK(test::verdict(report).level >= AttackLevel::likely);
    REQUIRE(test::finding(report, "syn-flood") != nullptr);
    CHECK(test::finding(report, "syn-flood")->severity == row.severity);
  }
}

TEST_CASE("a few SYNs that came once are strays, told as what has ended") {
  const auto report = [](int count, std::uint32_t backlog, double newest_s = 13.5) {
    Scene scene;
    scene.backlog = backlog;
    for (int i = 0; i < count; ++i) scene.request(newest_s + 1.0 * i / count);
    scene.established(5);
    return one_shot(scene);
  };
  const SynReport once = report(25, 511);
  CHECK(test::finding(once, "syn-flood") == nullptr);
  CHECK(test::found(once, "stray-syns").severity == Severity::info);
  CHECK(test::found(once, "stray-syns").message ==
        "25 SYNs at 0.0.0.0:443 came to nothing, none for 13 s, harmless at this room (512)");
  // More may come.
  CHECK(test::finding(report(25, 511, 8), "syn-flood") != nullptr);
  // A flood that has ended stays one, however much room there is.
  CHECK(test::found(report(150, 4095), "syn-flood").message.find(" is over") != std::string::npos);
  CHECK(test::found(report(60, 511), "syn-flood").message.find(" is over") != std::string::npos);
}

TEST_CASE("few requests tell no rate") {
  const SynInput input;
  ListenerView listener = host_view(input);
  listener.oldest_s = 11;
  Measurements signals;
  signals.aged = 5;
  signals.amount_aged = Amount::few;
  CHECK_FALSE(outlook_of(listener, signals, {}, {}).per_s);
  signals.amount_aged = Amount::enough;
  CHECK(outlook_of(listener, signals, {}, {}).per_s == 0.5);
  listener.oldest_s.reset();
  CHECK_FALSE(outlook_of(listener, signals, {}, {}).per_s);
}

TEST_CASE("harmless is said with the most that the queue will hold") {
  Scene scene;
  scene.backlog = 4096;
  scene.flood(5, 30);
  const SynReport report = one_shot(scene);
  REQUIRE(test::finding(report, "syn-flood") != nullptr);
  CHECK(test::finding(report, "syn-flood")->sentence() ==
        "SYN flood on 0.0.0.0:443 from random sources, about 5 SYN/s, queue 150 of 4097: harmless at this rate, 315 at "
        "most");
}

TEST_CASE("a flood that has ended is told as one that is over") {
  Scene scene;
  for (int i = 0; i < 150; ++i) scene.request(25 + i / 75.0);
  scene.fresh(3);
  const SynReport report = one_shot(scene);
  CHECK(test::verdict(report).level >= AttackLevel::likely);
  REQUIRE(test::finding(report, "syn-flood") != nullptr);
  CHECK(test::finding(report, "syn-flood")->severity == Severity::warning);
  CHECK(
      test::finding(report, "syn-flood")->sentence() ==
      "SYN flood on 0.0.0.0:443 from random sources is over: no new ones for 25 s, 153 left, which expire within 38 s");
  // One of twenty may be a client that lost its ACK.
  Scene beside_client = scene;
  for (int i = 0; i < 5; ++i) beside_client.request(2 + i / 10.0);
  CHECK(test::finding(one_shot(beside_client), "syn-flood")->message.find("is over") != std::string::npos);
  // A pulse that rests is not over, and neither is one that goes on beside cookies.
  for (int i = 0; i < 10; ++i) scene.request(2 + i / 10.0);
  CHECK(test::finding(one_shot(scene), "syn-flood")->message.find("is over") == std::string::npos);
}

}  // namespace
}  // namespace tcpstat::detect
