#include "detect/syn_detector.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string_view>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

using test::carry_over;
using test::delta;
using test::one_shot;

TEST_CASE("one snapshot tells floods and their look-alikes apart") {
  struct Row {
    std::string_view name;
    void (*make)(Scene&);
    AttackLevel level;
    std::string_view attack_class;
  };
  const Row rows[] = {
      {"nothing", [](Scene&) {}, AttackLevel::none, ""},
      {"20/s for 10 s", [](Scene& s) { s.flood(20, 10); }, AttackLevel::likely, "flood: random sources"},
      // So few may be clients that lose most of their ACKs.
      {"2/s for 5 s, eight aged", [](Scene& s) { s.flood(2, 5); }, AttackLevel::suspicious, "flood: random sources"},
      {"2/s for 20 s", [](Scene& s) { s.flood(2, 20); }, AttackLevel::likely, "flood: random sources"},
      {"20 silent clients/s, 60 % of whose ACKs get lost",
       [](Scene& s) {
         for (int i = 0; i < 22; ++i) s.request(1 + i / 11.0);
         for (int i = 0; i < 32; ++i) s.request(3 + i / 8.0);  // by chance more than 60 % of the first round
         s.fresh(20, 0.9);
       },
       AttackLevel::suspicious, "flood: random sources"},
      {"a few silent clients whose ACKs get lost",
       [](Scene& s) {
         s.fresh(4, 0.9);
         for (const double age : {1.2, 1.9, 2.6, 3.5, 5.0, 8.0, 12.0, 20.0}) s.request(age);
       },
       AttackLevel::none, "lossy clients"},
      {"40/s, half full", [](Scene& s) { s.flood(40, 7); }, AttackLevel::under_attack, "flood: random sources"},
      {"28/s, half full, most are dropped at 7 s",
       [](Scene& s) {
         s.flood(28, 7);
         for (int i = 0; i < 60; ++i) s.request(7.1 + i / 7.6);
       },
       AttackLevel::under_attack, "flood: random sources"},
      {"one source", [](Scene& s) { s.flood(40, 7, Sources::single); }, AttackLevel::under_attack,
       "flood: single source"},
      {"one /24", [](Scene& s) { s.flood(40, 7, Sources::subnet); }, AttackLevel::under_attack, "flood: subnet"},
      {"240/4 among the sources", [](Scene& s) { s.flood(20, 10, Sources::class_e); }, AttackLevel::likely,
       "flood: random sources"},
      {"a crowd of 138 fresh ones", [](Scene& s) { s.fresh(138); }, AttackLevel::none, "flash crowd"},
      {"a crowd that fills a queue of 33",
       [](Scene& s) {
         s.backlog = 32;
         s.fresh(33);
       },
       AttackLevel::suspicious, "saturated, undecided"},
      {"clients that repeat their SYNs and come through",
       [](Scene& s) {
         for (int i = 0; i < 20; ++i) s.request(1.5, Sources::random, 1);
         for (int i = 0; i < 8; ++i) s.request(5, Sources::random, 1);
         s.fresh(20);
       },
       AttackLevel::none, "lossy clients"},
      {"clients whose repeated SYNs begin their requests anew",
       [](Scene& s) {
         for (int i = 0; i < 12; ++i) s.request(0.5, Sources::random, 1);
         for (int i = 0; i < 2; ++i) s.request(1.5, Sources::random, 1);
         s.fresh(30);
       },
       AttackLevel::none, "lossy clients"},
      {"a crowd of which one lost a packet",
       [](Scene& s) {
         s.fresh(100);
         s.request(1.5);
       },
       AttackLevel::none, "flash crowd"},
      {"a crowd of which nine wait for longer than a crowd's losses explain",
       [](Scene& s) {
         s.fresh(100);
         for (int i = 0; i < 9; ++i) s.request(1.5);
       },
       AttackLevel::none, ""},
      {"a crowd, of which a few lose packets as everywhere",
       [](Scene& s) {
         for (int i = 0; i < 8; ++i) s.request(0.5, Sources::random, 1);
         s.fresh(130);
       },
       AttackLevel::none, "flash crowd"},
      {"silent clients whose ACKs get lost",
       [](Scene& s) {
         // 60 clients a second, of whose ACKs 40 % get lost.
         s.fresh(24, 0.9);
         for (int i = 0; i < 19; ++i) s.request(1 + i / 9.5);
         for (int i = 0; i < 15; ++i) s.request(3 + i / 3.8);
         for (int i = 0; i < 12; ++i) s.request(7 + i / 1.6);
       },
       AttackLevel::none, "lossy clients"},
      {"a broken return path", [](Scene& s) { s.flood(20, 15, Sources::random, 3); }, AttackLevel::suspicious,
       "return path or replay"},
      {"a program that does not accept",
       [](Scene& s) {
         s.backlog = 64;
         s.accept_queue = 65;
         s.flood(9, 7);
       },
       AttackLevel::none, "accept-queue overflow"},
      {"idle clients of a deferring listener",
       [](Scene& s) {
         for (int i = 0; i < 300; ++i) s.request(i / 20.0, Sources::random, 0, 9);
       },
       AttackLevel::none, "deferred accept"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Scene scene;
    row.make(scene);
    scene.established(50);
    const SynReport report = one_shot(scene);
    const bool listed = report.verdicts.size() > 1;
    const SynVerdict& verdict = test::verdict(report, listed ? "0.0.0.0:443" : "host");
    CAPTURE(verdict.score);
    CHECK(verdict.level == row.level);
    CHECK(verdict.attack_class == row.attack_class);
    CHECK(test::verdict(report, "host").level == row.level);
    CHECK(test::verdict(report, "host").attack_class == row.attack_class);
    CHECK(!verdict.evidence.empty());
  }
}

TEST_CASE("counters between two samples decide what the table hides") {
  struct Row {
    std::string_view name;
    void (*counters)(KernelFacts&);
    AttackLevel level;
    std::string_view attack_class;
  };
  const Row rows[] = {
      {"nothing moved", [](KernelFacts&) {}, AttackLevel::none, ""},
      {"cookies=2, 1000/s without answer",
       [](KernelFacts& f) {
         f.settings.syncookies = 2;
         f.counters.syncookies_sent = 5000;
         f.counters.syncookies_recv = 100;
       },
       AttackLevel::likely, "flood: mixed"},
      {"a crowd answers its cookies",
       [](KernelFacts& f) {
         f.counters.syncookies_sent = 3155;
         f.counters.syncookies_recv = 3155;
         f.counters.passive_opens = 4000;
       },
       AttackLevel::none, ""},
      {"300/s that answer with RST",
       [](KernelFacts& f) {
         f.counters.embryonic_rsts = 1500;
         f.counters.passive_opens = 100;
       },
       AttackLevel::likely, "live-source resets"},
      {"RSTs beside more cookies that nobody answers",
       [](KernelFacts& f) {
         f.settings.syncookies = 2;
         f.counters.syncookies_sent = 5000;
         f.counters.embryonic_rsts = 300;
       },
       AttackLevel::likely, "flood: mixed"},
      {"cookies that nobody answers beside more RSTs",
       [](KernelFacts& f) {
         f.settings.syncookies = 2;
         f.counters.syncookies_sent = 300;
         f.counters.embryonic_rsts = 5000;
       },
       AttackLevel::likely, "live-source resets"},
      {"a half-open scan of closed ports",
       [](KernelFacts& f) {
         f.counters.out_rsts = 2000;
         f.counters.embryonic_rsts = 4;
         f.counters.passive_opens = 100;
       },
       AttackLevel::none, "port scan"},
      {"programs that reset their own connections",
       [](KernelFacts& f) {
         f.counters.out_rsts = 2000;
         f.counters.passive_opens = 2000;
       },
       AttackLevel::none, ""},
      {"SYNPROXY without answers",
       [](KernelFacts& f) {
         f.filters.synproxy_syn_received = 3080;
         f.filters.synproxy_cookie_valid = 80;
       },
       AttackLevel::likely, "flood: mixed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Scene scene;
    scene.established(20);
    KernelFacts facts = test::zero_facts();
    row.counters(facts);
    const SynSample sample = scene.sample();
    SynInput input = test::between(sample, sample, facts);
    input.facts_before->filters.synproxy_syn_received = 0;
    input.facts_before->filters.synproxy_cookie_valid = 0;
    const SynReport report = detect_syn(input, {});
    CHECK(test::verdict(report, "host").level == row.level);
    CHECK(test::verdict(report, "host").attack_class == row.attack_class);
    // What leaves no half-open behind fills no queue.
    for (const SynVerdict& verdict : report.verdicts) CHECK_FALSE(verdict.seconds_to_full.has_value());
  }
}

TEST_CASE("a fast flood that has just been flushed is known by its cookies and by the earlier sample") {
  Scene before;
  before.backlog = 128;
  for (int i = 0; i < 129; ++i) before.request(2 + i / 100.0);
  Scene now;
  now.backlog = 128;
  now.next = 1000;
  now.fresh(129, 0.9);
  now.established(1);
  KernelFacts facts = test::zero_facts();
  facts.counters.syncookies_sent = 5000;
  facts.counters.syncookies_recv = 200;
  facts.counters.passive_opens = 200;
  const SynVerdict verdict = test::verdict(delta(before, now, facts));
  CHECK(verdict.level == AttackLevel::under_attack);
  CHECK(verdict.rate_per_s.value() >= 900);
  CHECK(verdict.seconds_to_full == 0);
}

TEST_CASE("each counter and setting may be unknown") {
  Scene before;
  before.flood(20, 4);
  Scene now;
  now.next = 500;
  now.flood(20, 9);
  carry_over(before, now, 100);
  now.established(10);
  const auto judge = [&](const KernelFacts& facts) { return delta(before, now, facts); };
  KernelFacts full = test::zero_facts();
  full.counters.passive_opens = 100;
  full.counters.syncookies_sent = 100;
  full.counters.tcp_timeouts = 100;
  full.counters.syn_retrans = 100;
  const AttackLevel level = test::verdict(judge(full)).level;
  CHECK(level >= AttackLevel::likely);
#define COUNTER(member, file, group, name)                           \
  {                                                                  \
    CAPTURE(#member);                                                \
    KernelFacts facts = full;                                        \
    facts.counters.member.reset();                                   \
    CHECK(test::verdict(judge(facts)).level >= AttackLevel::likely); \
  }
#define SETTING(member, path)                                        \
  {                                                                  \
    CAPTURE(#member);                                                \
    KernelFacts facts = full;                                        \
    facts.settings.member.reset();                                   \
    CHECK(test::verdict(judge(facts)).level >= AttackLevel::likely); \
  }
#include "model/kernel_facts.def"
#undef COUNTER
#undef SETTING
  // Without any counter the host is not known to be well.
  Scene quiet;
  const SynReport report = delta(quiet, quiet, KernelFacts{});
  CHECK(test::verdict(report, "host").level == AttackLevel::unknown);
}

TEST_CASE("cookies of clients that repeat their SYNs are none that never complete") {
  const auto rate = [](std::uint64_t answered, std::optional<std::uint64_t> proxied) {
    const SynSample sample = Scene().sample();
    KernelFacts before = test::zero_facts();
    KernelFacts facts = test::zero_facts();
    facts.counters.syncookies_sent = 1000;
    facts.counters.syncookies_recv = answered;
    facts.counters.listen_drops = 10;
    if (proxied) {
      before.filters.synproxy_syn_received = before.filters.synproxy_cookie_valid = 0;
      facts.filters.synproxy_syn_received = 1000;
      facts.filters.synproxy_cookie_valid = *proxied;
    }
    return never_completed_per_s(test::between(sample, sample, facts, before), {});
  };
  CHECK(rate(500, {}) == 102);
  CHECK(rate(840, {}) == 34);
  CHECK(rate(850, {}) == 2);
  CHECK(rate(960, 1000) == 2);
  CHECK(rate(960, 0) == 210);
}

TEST_CASE("over /proc requests that may wait for data are no likely flood") {
  Scene scene;
  scene.flood(20, 10);
  scene.rows = scene.proc_rows;
  KernelFacts facts = test::zero_facts();
  CHECK(test::verdict(one_shot(scene, facts)).level >= AttackLevel::likely);
  facts.counters.defer_accept_drop = 200;
  const SynReport report = one_shot(scene, facts);
  CHECK(test::verdict(report).level == AttackLevel::suspicious);
  CHECK(test::verdict(report, "host").level == AttackLevel::suspicious);
  const Finding& flood = test::found(report, "syn-flood");
  CHECK(flood.why == "they may be idle clients that TCP_DEFER_ACCEPT keeps half-open: /proc does not tell");
  CHECK(flood.advice == "check with --source netlink, which tells");
  const SynSample sample = scene.sample();
  SynInput saved;
  saved.now = &sample;
  saved.facts = facts;
  saved.saved = true;
  CHECK(test::found(detect_syn(saved, {}), "syn-flood").advice == "save rows over netlink, which tells");
}

TEST_CASE("a listener stands before the host, which is as bad because of it") {
  Scene scene;
  scene.flood(20, 10);
  const SynReport report = one_shot(scene);
  REQUIRE(report.verdicts.size() == 2);
  CHECK(report.verdicts[0].subject == "0.0.0.0:443");
  CHECK(report.verdicts[1].subject == "host");
}

// What they cost is counted in tests/unit/allocation_facts.cpp.
TEST_CASE("40,000 half-opens are a flood like any other") {
  Scene scene;
  scene.backlog = 65'535;
  scene.flood(5700, 7);
  scene.established(1000);
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  const SynReport report = detect_syn(input, {});
  CHECK(test::verdict(report).level == AttackLevel::under_attack);
  CHECK(sample.half_open() > 39'000);
}

}  // namespace
}  // namespace tcpstat::detect
