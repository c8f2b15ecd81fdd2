#include "detect/sample/tracked_sample.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <ostream>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::endpoint;
using test::Scene;
using test::Sources;

KernelSettings timeouts() {
  KernelSettings settings;
  settings.conntrack_syn_recv_timeout = 60;
  settings.conntrack_syn_sent_timeout = 120;
  return settings;
}

TrackedFlow flow(const Endpoint& source, const Endpoint& local, std::uint32_t left_s = 50) {
  return {.source = source, .local = local, .state = State::syn_recv, .left_s = left_s};
}

SynSample listening_at(std::initializer_list<Endpoint> on) {
  SynSampler sampler;
  for (const Endpoint& local : on) sampler.listener(test::listener(local));
  return sampler.take();
}

TEST_CASE("entries count for the listener that answers, and for nobody else") {
  TrackedSampler sampler(listening_at({endpoint("0.0.0.0", 80), endpoint("192.0.2.1", 443), endpoint("::", 22)}),
                         timeouts());
  const Endpoint client = endpoint("198.51.100.7", 40'000);
  sampler.flow(flow(client, endpoint("192.0.2.9", 80)));     // the wildcard
  sampler.flow(flow(client, endpoint("192.0.2.1", 443)));    // exactly
  sampler.flow(flow(client, endpoint("192.0.2.2", 443)));    // another address: forwarded
  sampler.flow(flow(client, endpoint("192.0.2.1", 22)));     // a dual-stack listener
  sampler.flow(flow(client, endpoint("2001:db8::1", 22)));   // the same
  sampler.flow(flow(client, endpoint("198.51.100.1", 25)));  // a connection of our own
  const TrackedSample sample = sampler.take();
  CHECK(sample.tracking == Tracking::read);
  CHECK(sample.half_open == 4);
  CHECK(sample.unanswered == 4);
  CHECK(sample.sources.size() == 4);
  REQUIRE(sample.busiest);
  CHECK(*sample.busiest == endpoint("::", 22));
  CHECK(sample.busiest_unanswered == 2);
}

TEST_CASE("an entry is unanswered once it is more than a second old") {
  const Endpoint local = endpoint("192.0.2.1", 443);
  const SynSample listeners = listening_at({local});
  const auto unanswered = [&](const KernelSettings& settings, TrackedFlow one) {
    TrackedSampler sampler(listeners, settings);
    sampler.flow(one);
    return sampler.take().unanswered;
  };
  const Endpoint client = endpoint("198.51.100.7", 40'000);
  CHECK(unanswered(timeouts(), flow(client, local, 59)) == 0);
  CHECK(unanswered(timeouts(), flow(client, local, 58)) == 1);
  TrackedFlow sent = flow(client, local, 119);
  sent.state = State::syn_sent;
  CHECK(unanswered(timeouts(), sent) == 0);
  sent.left_s = 118;
  CHECK(unanswered(timeouts(), sent) == 1);
  sent.left_s.reset();
  CHECK(unanswered(timeouts(), sent) == 1);
  CHECK(unanswered({}, flow(client, local, 60)) == 1);
}

TEST_CASE("memory is bounded, numbers stay exact, and repeated entries have one source") {
  const Endpoint local = endpoint("192.0.2.1", 443);
  TrackedSampler sampler(listening_at({local}), timeouts());
  constexpr std::uint32_t kFlows = 200'000;
  for (std::uint32_t i = 0; i < kFlows; ++i) {
    Endpoint client = endpoint("10.0.0.0", 40'000);
    client.address.bytes[1] = static_cast<std::uint8_t>(i >> 16U);
    client.address.bytes[2] = static_cast<std::uint8_t>(i >> 8U);
    client.address.bytes[3] = static_cast<std::uint8_t>(i);
    sampler.flow(flow(client, local));
  }
  const TrackedSample sample = sampler.take();
  CHECK(sample.unanswered == kFlows);
  CHECK(sample.sources.size() <= TrackedSampler::kMost);
  CHECK(sample.sources.size() > TrackedSampler::kMost / 4);

  TrackedSampler twice(listening_at({local}), timeouts());
  for (int i = 0; i < 2; ++i) twice.flow(flow(endpoint("198.51.100.7", 40'000), local));
  CHECK(twice.take().sources.size() == 1);
}

TEST_CASE("cookies hide something if many are sent and too few are answered") {
  const KernelFacts before = test::zero_facts();
  const auto hide = [&](std::optional<std::uint64_t> sent, std::optional<std::uint64_t> answered) {
    KernelFacts now = before;
    now.counters.syncookies_sent = sent;
    now.counters.syncookies_recv = answered;
    return cookie_answers::cookies_hide_sources(before, now, {});
  };
  CHECK_FALSE(hide(0, 0));
  CHECK_FALSE(hide(9, 0));
  CHECK(hide(10, 0));
  CHECK(hide(10, 7));
  CHECK_FALSE(hide(10, 8));
  CHECK(hide(10, std::nullopt));
  CHECK_FALSE(hide(std::nullopt, 0));
}

/// A flood that leaves nothing in the table, beside what connection tracking says.
SynReport hidden_flood(const TrackedSample* tracked, std::uint64_t unanswered = 5'000,
                       const SynSample& sample = Scene{}.sample()) {
  KernelFacts facts = test::zero_facts();
  facts.settings.syncookies = 2;
  facts.counters.syncookies_sent = unanswered;
  SynInput input = test::between(sample, sample, facts);
  input.tracked = tracked;
  return detect_syn(input, {});
}

TrackedSample tracked(Sources kind, std::uint64_t count) {
  const Scene scene;
  const Endpoint local = endpoint("192.0.2.1", 443);
  TrackedSampler sampler(listening_at({scene.local, endpoint("::", 443)}), timeouts());
  for (std::uint64_t n = 1; n <= count; ++n) {
    sampler.flow(flow({scene.source(kind, n), static_cast<std::uint16_t>(n)}, local));
  }
  return sampler.take();
}

TEST_CASE("connection tracking names the sources that cookies hide") {
  struct Row {
    Sources kind;
    std::string_view attack_class;
    std::string_view from;
  };
  const Row rows[] = {
      {Sources::random, "flood: random sources", " from random sources,"},
      {Sources::single, "flood: single source", " from 198.51.100.7,"},
      {Sources::subnet, "flood: subnet", " from 198.51.100.0/24,"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.attack_class);
    const TrackedSample sample = tracked(row.kind, 400);
    const SynReport report = hidden_flood(&sample);
    const SynVerdict& verdict = test::verdict(report);
    CHECK(verdict.level >= AttackLevel::likely);
    CHECK(verdict.attack_class == row.attack_class);
    CHECK(test::verdict(report, "host").attack_class == row.attack_class);
    REQUIRE(test::evidence(verdict, "tracked_half_opens") != nullptr);
    CHECK(test::evidence(verdict, "tracked_half_opens")->value == 400);
    CHECK(test::evidence(verdict, "tracked_top_source")->source == "ctnetlink");
    CHECK(test::finding(report, "syn-flood")->message.find(row.from) != std::string::npos);
    CHECK(test::verdict(report, "host").blind.empty());
  }
}

TEST_CASE("of many listeners, the one that most entries are for is named") {
  const SynSample sample = listening_at({endpoint("0.0.0.0", 80), endpoint("0.0.0.0", 443)});
  const TrackedSample seen = tracked(Sources::subnet, 400);
  const SynReport report = hidden_flood(&seen, 5'000, sample);
  CHECK(
      test::finding(report, "syn-flood")->message.find("the host, most of it at 0.0.0.0:443, from 198.51.100.0/24,") !=
      std::string::npos);
  CHECK(test::verdict(report, "host").attack_class == "flood: subnet");
}

TEST_CASE("sources name a flood and never make one") {
  const TrackedSample sample = tracked(Sources::single, 400);
  const SynReport quiet = hidden_flood(&sample, 0);
  CHECK(test::verdict(quiet, "host").level == AttackLevel::none);
  const double without = test::verdict(hidden_flood(nullptr)).score;
  CHECK(test::verdict(hidden_flood(&sample)).score == without);
  const TrackedSample few = tracked(Sources::single, 19);
  CHECK(test::verdict(hidden_flood(&few)).attack_class == "flood: mixed");
}

TEST_CASE("where connection tracking does not tell, the verdict says what is not seen") {
  struct Row {
    Tracking tracking;
    std::string_view why;
  };
  for (const Row& row : {Row{Tracking::inactive, "not at work"}, Row{Tracking::refused, "CAP_NET_ADMIN"},
                         Row{Tracking::failed, "could not be read"}, Row{Tracking::untold, "is not known"}}) {
    CAPTURE(row.why);
    TrackedSample sample;
    sample.tracking = row.tracking;
    const auto blind = test::verdict(hidden_flood(&sample), "host").blind;
    REQUIRE(blind.size() == 1);
    CHECK(blind.front().find(row.why) != std::string::npos);
    CHECK(test::verdict(hidden_flood(&sample, 0), "host").blind.empty());
  }
}

TEST_CASE("what SYNPROXY answers is in no table") {
  const Scene quiet;
  const SynSample sample = quiet.sample();
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = test::zero_facts();
  input.facts_before = test::zero_facts();
  input.facts_before->filters.synproxy_syn_received = 0;
  input.facts.filters.synproxy_syn_received = 400;
  input.apart = std::chrono::seconds(5);
  const auto blind = test::verdict(detect_syn(input, {}), "host").blind;
  REQUIRE(blind.size() == 1);
  CHECK(blind.front().find("SYNPROXY") != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::detect
