#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <vector>

#include "detect/asked.h"
#include "detect/scene.h"
#include "detect/weighed.h"

namespace tcpstat::detect {
namespace {

using test::Scene;

using test::carry_over;
using test::delta;

TEST_CASE("the fate of what was old decides between loss and flood") {
  Scene before;
  before.flood(8, 4);
  KernelFacts facts = test::zero_facts();
  facts.counters.passive_opens = 100;
  SUBCASE("all wait: a flood") {
    Scene now;
    now.flood(8, 9);
    carry_over(before, now, 40);  // those of the first sample are 5 s older now
    now.established(5);
    const SynReport report = delta(before, now, facts);
    const SynVerdict& verdict = test::verdict(report);
    REQUIRE(test::evidence(verdict, "aged_completed") != nullptr);
    CHECK(test::evidence(verdict, "aged_completed")->value == 0);
    CHECK(test::evidence(verdict, "aged_completed")->weight == 3);
    CHECK(verdict.level == AttackLevel::likely);
  }
  SUBCASE("all completed: loss") {
    Scene now;
    now.flood(8, 4);
    for (Connection& row : now.rows) row.cookie = *row.cookie + 5000;
    for (const Connection& row : before.rows) {
      Connection done = test::connection(State::established, row.local, row.remote);
      done.cookie = row.cookie;
      now.rows.push_back(done);
    }
    const SynReport report = delta(before, now, facts);
    const SynVerdict& verdict = test::verdict(report);
    REQUIRE(test::evidence(verdict, "aged_completed") != nullptr);
    CHECK(test::evidence(verdict, "aged_completed")->value == 1);
    CHECK(verdict.level == AttackLevel::none);
    CHECK(verdict.attack_class == "lossy clients");
  }
}

TEST_CASE("SYN+ACKs that were sent again and counted decide, and samples do not") {
  const auto share = [](std::uint64_t answered, std::uint64_t unanswered, test::Asked& asked) {
    SynListener listener;
    listener.local = test::endpoint("192.0.2.1", 443);
    CountedHandshakes counted;
    counted.listeners.resize(2);
    counted.listeners[0].listener = {test::endpoint("192.0.2.1", 443)};
    counted.listeners[0].fates = {.completed = 900, .answered_late = answered, .unanswered_again = unanswered};
    counted.listeners[1].listener = {test::endpoint("192.0.2.1", 80)};
    counted.listeners[1].fates = {.answered_late = 1000, .unanswered_again = 1000};
    asked.input.counted = &counted;
    asked.ask(cohort_fate::heuristic, &listener, &listener);
    const Evidence* said = asked.said("aged_completed");
    if (said != nullptr) CHECK(said->source == "bpf");
    return said == nullptr ? std::nullopt : said->value;
  };
  test::Asked flood;
  CHECK(share(0, 60, flood) == 0);
  CHECK(flood.signals.completion == Completion::nobody);
  test::Asked clients;
  CHECK(share(30, 30, clients) == 0.5);
  CHECK(clients.signals.completion == Completion::clients);
  test::Asked few;
  CHECK_FALSE(share(3, 4, few).has_value());
}

TEST_CASE(
    "where requests expire after one retry or none, those that are gone were answered only if as many completed") {
  const auto fate = [](std::optional<std::uint32_t> retries, double from_s, std::uint64_t completed) {
    Scene before;
    for (int i = 0; i < 100; ++i) before.request(from_s + 1.9 * i / 100);
    Scene now;
    now.next = before.next;  // others, as old
    for (int i = 0; i < 100; ++i) now.request(from_s + 1.9 * i / 100);
    KernelFacts facts = test::zero_facts();
    facts.settings.synack_retries = retries;
    facts.counters.passive_opens = completed;
    const SynReport report = delta(before, now, facts, 3);
    const Evidence* found = test::evidence(test::verdict(report), "aged_completed");
    return found == nullptr ? std::optional<double>() : found->value;
  };
  CHECK(fate(1, 1, 60) == 0);
  CHECK_FALSE(fate(1, 1, 100).has_value());
  CHECK_FALSE(fate(1, 1, 95).has_value());
  // Two retries live for 7 s, as all do above half of a queue.
  CHECK(fate(2, 1, 60) == 1);
  CHECK(fate(5, 1, 60) == 1);
  CHECK(fate(std::nullopt, 1, 60) == 1);
}

TEST_CASE("what was left of a flood and has expired accuses nobody, and a pulse between two looks does") {
  const auto fate = [](double newest_s, std::size_t left, double aged_s = 60) {
    Scene before;
    for (int i = 0; i < 60; ++i) before.request(newest_s + i / 30.0);
    Scene now;
    now.next = 1000;
    for (std::size_t i = 0; i < left; ++i) now.request(aged_s);
    const SynReport report = delta(before, now, test::zero_facts());
    const SynVerdict& host = test::verdict(report, "host");
    for (const SynVerdict& one : report.verdicts) {
      if (one.subject.is_host()) continue;
      const Evidence* found = test::evidence(one, "aged_completed");
      if (found != nullptr) return found->value;
    }
    CHECK(host.level == AttackLevel::none);
    return std::optional<double>();
  };
  CHECK_FALSE(fate(55, 0).has_value());
  CHECK_FALSE(fate(10, 0).has_value());
  CHECK(fate(9.9, 0) == 0);  // 15 s: what comes and goes may rest for as long
  CHECK(fate(4, 0) == 0);
  CHECK_FALSE(fate(55, 7).has_value());
  CHECK(fate(55, 8) == 0);  // it is still there
}

TEST_CASE("requests that a RST or an ICMP error ended did not complete") {
  const auto fate = [](void (*change)(KernelCounters&), std::optional<std::uint32_t> cookies = 1) {
    Scene before;
    for (int i = 0; i < 40; ++i) before.request(1 + 1.9 * i / 40);
    Scene now;
    now.next = before.next;
    for (int i = 0; i < 20; ++i) {
      now.request(4 + 1.9 * i / 40).cookie = before.rows[static_cast<std::size_t>(i)].cookie;
    }
    KernelFacts facts = test::zero_facts();
    facts.counters.passive_opens = 300;
    facts.settings.syncookies = cookies;
    change(facts.counters);
    const SynReport report = delta(before, now, facts, 3);
    const Evidence* found = test::evidence(test::verdict(report), "aged_completed");
    return found == nullptr ? std::optional<double>() : found->value;
  };
  CHECK(fate([](KernelCounters&) {}) == 0.5);
  CHECK(fate([](KernelCounters& counters) { counters.embryonic_rsts = 20; }) == 0);
  CHECK(fate([](KernelCounters& counters) { counters.listen_drops = 20; }) == 0);
  CHECK(fate([](KernelCounters& counters) { counters.listen_drops = 10; }) == doctest::Approx(1.0 / 3));
  // What is dropped for want of room, or of a way back, was in no queue.
  CHECK(fate([](KernelCounters& counters) { counters.listen_drops = 20; }, 0) == 0.5);
  CHECK(fate([](KernelCounters& counters) { counters.listen_drops = 20; }, std::nullopt) == 0.5);
  CHECK(fate([](KernelCounters& counters) { counters.listen_drops = counters.out_no_routes = 20; }) == 0.5);
  CHECK(fate([](KernelCounters& counters) { counters.listen_drops = counters.listen_overflows = 20; }) == 0.5);
  CHECK(fate([](KernelCounters& counters) { counters.listen_drops = counters.req_q_full_drop = 20; }) == 0.5);
}

TEST_CASE("a young request that turns out to be deferred was answered") {
  const auto fate = [](std::uint32_t deferred) {
    Scene before;
    Scene now;
    std::vector<TrackedRequest> met;
    std::vector<std::uint64_t> cookies;
    for (int i = 0; i < 20; ++i) {
      const Connection& row = now.request(3.5, test::Sources::random, 0, deferred);
      cookies.push_back(*row.cookie);
      met.push_back({.listener = {now.local},
                     .cookie = *row.cookie,
                     .age_s = 0.6,
                     .aged = false,
                     .at = std::chrono::milliseconds(100),
                     .answered = std::chrono::milliseconds(800)});
    }
    const SynSample first = before.sample();
    const SynSample second = now.sample(&first, true, cookies);
    SynInput input;
    input.now = &second;
    input.before = &first;
    input.facts = test::zero_facts();
    input.facts_before = test::zero_facts();
    input.apart = std::chrono::seconds(3);
    input.followed = met;
    const SynReport report = detect_syn(input, {});
    const Evidence* found = test::evidence(test::verdict(report), "aged_completed");
    return found == nullptr ? std::optional<double>() : found->value;
  };
  CHECK(fate(0) == 0);
  CHECK_FALSE(fate(2).has_value());
}

}  // namespace
}  // namespace tcpstat::detect
