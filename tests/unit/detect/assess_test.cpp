#include "detect/assess.h"

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>
#include <string_view>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::delta;
using test::one_shot;

TEST_CASE("the rate and the time to a full queue follow from the ages") {
  Scene scene;
  scene.backlog = 4095;
  scene.flood(800, 4);
  const SynVerdict verdict = test::verdict(one_shot(scene));
  CHECK(verdict.rate_per_s.value() == doctest::Approx(800).epsilon(0.02));
  CHECK(verdict.seconds_to_full.value() == doctest::Approx((4096 - 3200) / 800.0).epsilon(0.02));
  Scene slow;
  slow.backlog = 4095;
  slow.flood(8, 20);
  CHECK_FALSE(test::verdict(one_shot(slow)).seconds_to_full.has_value());  // below limit / 7 it never fills
}

TEST_CASE("the rate of a full queue is that of all its requests") {
  Scene scene;
  scene.backlog = 128;
  for (int i = 0; i < 29; ++i) scene.request(1.5);
  for (int i = 0; i < 100; ++i) scene.request(3.5 + 0.005 * i);  // they came at once, when as many expired
  CHECK(test::verdict(one_shot(scene)).rate_per_s.value() == doctest::Approx(129 / 3.995));
}

TEST_CASE("what waits for seconds only, while others complete, is no proof") {
  Scene before;
  Scene now;
  now.established(50);
  KernelFacts facts = test::zero_facts();
  AttackLevel level = AttackLevel::likely;
  SUBCASE("nobody else completes") { now.flood(10, 4); }
  SUBCASE("one of six completes") {
    now.flood(10, 4);
    facts.counters.passive_opens = 2 * 3;
  }
  SUBCASE("one of four completes") {
    now.flood(10, 4);
    facts.counters.passive_opens = 4 * 3;
    level = AttackLevel::suspicious;
  }
  SUBCASE("what waits had the time to expire") {
    now.flood(10, 9);
    facts.counters.passive_opens = 4 * 3;
  }
  SUBCASE("the queue is half full") {
    now.backlog = 64;
    now.flood(10, 4);
    facts.counters.passive_opens = 4 * 3;
  }
  CHECK(test::verdict(delta(before, now, facts, 3)).level >= level);
  if (level == AttackLevel::suspicious) CHECK(test::verdict(delta(before, now, facts, 3)).level == level);
}

TEST_CASE(
    "of few requests some complete where clients lose most of their ACKs, and of many where a flood is among them") {
  const auto level = [](int waiting, int completed) {
    Scene before;
    for (int i = 0; i < waiting; ++i) before.request(1.1 + 1.8 * i / waiting);
    Scene now;
    for (int i = 0; i < waiting; ++i) {
      const Connection& then = before.rows[static_cast<std::size_t>(i)];
      if (i % (waiting / completed) == 0) {
        now.rows.push_back(test::connection(State::established, then.local, then.remote));
        now.rows.back().cookie = then.cookie;
      } else {
        now.request(4.1 + 1.8 * i / waiting).cookie = then.cookie;
      }
    }
    now.next = before.next;
    now.backlog = 4095;
    now.flood(waiting * 0.4, 3);
    KernelFacts facts = test::zero_facts();
    facts.counters.passive_opens = static_cast<std::uint64_t>(waiting);
    return test::verdict(delta(before, now, facts, 3)).level;
  };
  CHECK(level(20, 2) == AttackLevel::suspicious);
  CHECK(level(100, 10) >= AttackLevel::likely);
  CHECK(level(24, 1) >= AttackLevel::likely);  // one is nobody
}

TEST_CASE("who hears no SYN+ACK answers no cookie and fills the queue: only RSTs prove a flood of repeated SYNs") {
  struct Row {
    std::string_view name;
    void (*change)(SynInput&);
    AttackLevel level;
  };
  const Row rows[] = {
      {"nothing else", [](SynInput&) {}, AttackLevel::suspicious},
      {"cookies without answer", [](SynInput& input) { input.facts.counters.syncookies_sent = 1000; },
       AttackLevel::suspicious},
      {"RSTs of sources", [](SynInput& input) { input.facts.counters.embryonic_rsts = 500; },
       AttackLevel::under_attack},
      {"dropped SYNs", [](SynInput& input) { input.facts.counters.listen_drops = 500; }, AttackLevel::suspicious},
      {"SYNPROXY without answers", [](SynInput& input) { input.facts.filters.synproxy_syn_received = 1000; },
       AttackLevel::suspicious},
      {"earlier runs", [](SynInput& input) { input.cusum = 5; }, AttackLevel::suspicious},
  };
  Scene scene;
  scene.flood(20, 15, Sources::random, 3);
  const SynSample sample = scene.sample();
  const SynSample before = Scene().sample();
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SynInput input;
    input.now = &sample;
    input.before = &before;
    input.facts = test::zero_facts();
    input.facts.filters.synproxy_syn_received = 0;
    input.facts.filters.synproxy_cookie_valid = 0;
    input.facts_before = input.facts;
    row.change(input);
    input.after_first_second = input.facts_before->counters;
    input.before_last_second = input.facts.counters;
    input.apart = std::chrono::seconds(5);
    CHECK(test::verdict(detect_syn(input, {})).level == row.level);
  }
}

TEST_CASE("thresholds are the user's where given") {
  Scene scene;
  scene.flood(20, 10);
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  Thresholds thresholds;
  thresholds.set("syn-flood", "suspicious", 50);
  CHECK(test::verdict(detect_syn(input, thresholds)).level == AttackLevel::none);
}

}  // namespace
}  // namespace tcpstat::detect
