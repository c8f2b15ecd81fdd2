#include "detect/assess.h"

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
    KernelFacts facts = test::zero_facts();
    facts.filters.synproxy_syn_received = 0;
    facts.filters.synproxy_cookie_valid = 0;
    SynInput input = test::between(before, sample, facts, facts);
    row.change(input);
    input.before_last_second = input.facts.counters;
    CHECK(test::verdict(detect_syn(input, {})).level == row.level);
  }
}

TEST_CASE("SYN+ACKs that do not leave this host are no flood, whatever its counters add") {
  struct Row {
    std::string_view name;
    void (*change)(SynInput&);
  };
  const Row rows[] = {
      {"nothing else", [](SynInput&) {}},
      {"cookies without answer", [](SynInput& input) { input.facts.counters.syncookies_sent = 1000; }},
      {"RSTs of others", [](SynInput& input) { input.facts.counters.embryonic_rsts = 500; }},
      {"dropped SYNs, and earlier runs",
       [](SynInput& input) {
         input.facts.settings.syncookies = 0;
         input.facts.counters.listen_drops = input.facts.counters.req_q_full_drop = 500;
         input.cusum = 5;
       }},
  };
  Scene scene;
  scene.backlog = 19;
  scene.fresh(20, 1);
  const SynSample sample = scene.sample();
  const SynSample before = Scene().sample();
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SynInput input = test::between(before, sample, test::zero_facts());
    input.facts.counters.passive_opens = 100;
    input.facts.counters.tcp_timeouts = 5 * 18;
    row.change(input);
    input.before_last_second = input.facts.counters;
    const SynReport report = detect_syn(input, {});
    CHECK(test::verdict(report).level == AttackLevel::suspicious);
    CHECK(test::verdict(report).attack_class == AttackClass::return_path);
    CHECK(test::finding(report, "return-path") != nullptr);
    const Finding* flood = test::finding(report, "syn-flood");
    CHECK((flood == nullptr || flood->message.starts_with("SYN flood on the host from sources that answer with RST")));
  }
}

TEST_CASE("a full queue of clients that hear nothing is told, however many of them are young") {
  const auto level = [](std::uint64_t cookies) {
    Scene scene;
    scene.backlog = 49;
    for (int i = 0; i < 35; ++i) scene.request(1.1 + i / 20.0, Sources::random, 1);
    scene.fresh(15);
    const SynSample before = Scene().sample();
    const SynSample now = scene.sample();
    SynInput input = test::between(before, now, test::zero_facts());
    input.facts.counters.syncookies_sent = cookies;
    input.before_last_second = input.facts.counters;
    return test::verdict(detect_syn(input, {})).level;
  };
  CHECK(level(1000) == AttackLevel::suspicious);
  CHECK(level(0) == AttackLevel::none);  // nothing tells whether they complete
}

TEST_CASE("cookies are those of the full listener, and not of one that lost packets beside it") {
  struct Row {
    std::string_view name;
    std::uint32_t cookies;
    std::uint64_t other;  ///< requests of the other listener, which has room for 512
    std::uint64_t own;
    bool taken;
  };
  for (const Row& row : {Row{"the other is full", 1, 512, 40, false}, Row{"no queue is full", 1, 100, 40, true},
                         Row{"both are full", 1, 512, 512, true}, Row{"SYNs are dropped", 0, 512, 40, true}}) {
    CAPTURE(row.name);
    const SynSample before = Scene().sample();
    SynSample now = before;
    now.listeners.front().drops = 50;
    now.listeners.front().half_open = row.own;
    now.listeners.push_back(now.listeners.front());
    now.listeners.back().local.port = 8080;
    now.listeners.back().half_open = row.other;
    KernelFacts facts = test::zero_facts();
    facts.settings.syncookies = row.cookies;
    facts.settings.max_syn_backlog = 4096;
    facts.counters.syncookies_sent = 1000;
    const SynReport report = detect_syn(test::between(before, now, facts), {});
    CHECK((test::evidence(test::verdict(report), "cookie_answers") != nullptr) == row.taken);
  }
}

TEST_CASE("a flood that fills the table is named after its sources, whatever is reset beside it") {
  Scene attacked;
  attacked.flood(20, 10);
  KernelFacts facts = test::zero_facts();
  facts.counters.embryonic_rsts = 1500;
  CHECK(test::verdict(delta(Scene(), attacked, facts)).attack_class == "flood: random sources");
}

TEST_CASE("what clears a listener counts half against the host's counters") {
  Scene crowd;
  crowd.fresh(100);
  KernelFacts facts = test::zero_facts();
  facts.counters.syncookies_sent = 1000;
  const SynReport report = delta(crowd, crowd, facts);
  CHECK(test::verdict(report).score == 4);  // 5 for the counters, -2 for fresh requests
  CHECK(test::verdict(report).level == AttackLevel::likely);
}

TEST_CASE("clients notice a flood where the queue overflowed") {
  struct Row {
    std::string_view name;
    void (*counters)(KernelFacts&);
    Impact impact;
    AttackLevel level;
  };
  for (const Row& row : {
           Row{"cookies that are sent once the queue is full",
               [](KernelFacts& facts) { facts.counters.syncookies_sent = 5000; }, Impact::full,
               AttackLevel::under_attack},
           Row{"cookies that are always sent",
               [](KernelFacts& facts) {
                 facts.settings.syncookies = 2;
                 facts.counters.syncookies_sent = 5000;
               },
               Impact::none, AttackLevel::likely},
           Row{"no cookies, and SYNs are dropped",
               [](KernelFacts& facts) {
                 facts.settings.syncookies = 0;
                 facts.counters.req_q_full_drop = 500;
                 facts.counters.listen_drops = 500;
               },
               Impact::full, AttackLevel::suspicious},
       }) {
    CAPTURE(row.name);
    KernelFacts facts = test::zero_facts();
    row.counters(facts);
    Scene quiet;
    quiet.established(20);
    const SynReport report = delta(quiet, quiet, facts);
    CHECK(report.impact == row.impact);
    CHECK(test::verdict(report).level == row.level);
  }
}

TEST_CASE("counters of the host accuse no listener that a filter left over") {
  struct Row {
    std::string_view name;
    void (*change)(SynInput&);
    AttackLevel level;  ///< of the host
  };
  for (const Row& row : {
           Row{"all are there", [](SynInput& input) { input.all_listeners = true; }, AttackLevel::under_attack},
           Row{"its queue would show a flood", [](SynInput&) {}, AttackLevel::none},
           Row{"its queue shows none, because a cookie answers each SYN",
               [](SynInput& input) { input.facts.settings.syncookies = 2; }, AttackLevel::unknown},
           Row{"nothing moved", [](SynInput& input) { input.facts.counters.syncookies_sent = 0; }, AttackLevel::none},
       }) {
    CAPTURE(row.name);
    Scene quiet;
    quiet.established(10);
    const SynSample sample = quiet.sample();
    SynInput input = test::between(sample, sample, test::zero_facts());
    input.facts.counters.syncookies_sent = 1000;
    input.all_listeners = false;
    row.change(input);
    input.before_last_second = input.facts.counters;
    const SynReport report = detect_syn(input, {});
    CHECK(test::verdict(report, "host").level == row.level);
    CHECK((test::finding(report, "syn-flood") != nullptr) == (row.level == AttackLevel::under_attack));
    const Finding* told = test::finding(report, "syn-blind");
    const bool accused = input.facts.counters.syncookies_sent == 1000U;
    CHECK((told != nullptr) == (accused && !input.all_listeners));
    if (told != nullptr) {
      CHECK(told->message.ends_with(
          "which listeners a flood is on that the counters of this host show: the filter leaves some out"));
    }
  }
  // A listener that lost packets is meant.
  Scene before;
  Scene now;
  now.drops = 500;
  const SynSample first = before.sample();
  const SynSample second = now.sample();
  KernelFacts facts = test::zero_facts();
  facts.counters.embryonic_rsts = 500;
  SynInput input = test::between(first, second, facts);
  input.all_listeners = false;
  CHECK(test::verdict(detect_syn(input, {})).level >= AttackLevel::likely);
}

TEST_CASE("the rate of sources that answer by RST is that of their RSTs") {
  Scene quiet;
  quiet.established(20);
  KernelFacts facts = test::zero_facts();
  facts.counters.embryonic_rsts = 1500;
  const SynReport report = delta(quiet, quiet, facts);
  CHECK(test::verdict(report).rate_per_s == 300);
  CHECK(test::verdict(report, "host").rate_per_s == 300);
}

TEST_CASE("a queue fills if SYNs come faster than requests expire under pressure") {
  const auto fills = [](double per_s) {
    Scene scene;
    scene.backlog = 4095;
    scene.flood(per_s, 4);
    return test::verdict(one_shot(scene)).seconds_to_full.has_value();
  };
  CHECK_FALSE(fills(100));
  CHECK_FALSE(fills(560));
  CHECK(fills(610));  // 4096 / 7 s is 585
}

TEST_CASE("one look accuses nobody before the second timer round has been seen for a second") {
  const auto level = [](double seconds) {
    Scene scene;
    scene.flood(20, seconds);
    return test::verdict(one_shot(scene)).level;
  };
  CHECK(level(3.9) == AttackLevel::suspicious);
  CHECK(level(4.6) == AttackLevel::likely);
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
