#include "detect/scene.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ostream>
#include <stdexcept>

namespace tcpstat::test {

using namespace detect;

Address Scene::source(Sources kind, std::uint64_t n) const {
  // Spread by an odd number, so that neighbours in time are none in the address space.
  const auto spread = static_cast<std::uint32_t>(n * 2'654'435'761U);
  const auto text = [](std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return std::to_string(a) + "." + std::to_string(b % 256) + "." + std::to_string(c % 256) + "." +
           std::to_string(d % 256);
  };
  const std::string hex = std::to_string(spread % 9999) + ":" + std::to_string(n % 9999);
  switch (kind) {
    case Sources::random:
      return address(text(1 + spread % 100, spread >> 8U, spread >> 16U, spread >> 24U));
    case Sources::single:
      return address("198.51.100.7");
    case Sources::subnet:
      return address(text(198, 51, 100, spread >> 24U));
    case Sources::ipv6_random:
      return address("2001:db8:" + hex + "::1");
    case Sources::ipv6_subnet:
      return address("2001:db8:1:1::" + hex);
    case Sources::class_e:
      return address(text(n % 8 == 0 ? 245 : 1 + spread % 100, spread >> 8U, spread >> 16U, spread >> 24U));
    case Sources::mapped:
      return address("::ffff:" + text(1 + spread % 100, spread >> 8U, spread >> 16U, spread >> 24U));
  }
  throw std::logic_error("kind");
}

Connection& Scene::request(double age_s, Sources kind, std::uint32_t repeated, std::uint32_t deferred) {
  const std::uint64_t n = next++;
  unsigned rounds = 0;
  while (age_s >= static_cast<double>((std::uint64_t{2} << rounds) - 1)) ++rounds;
  const double end = static_cast<double>((std::uint64_t{2} << rounds) - 1);
  const bool v6 = kind == Sources::ipv6_random || kind == Sources::ipv6_subnet || kind == Sources::mapped;
  const Endpoint here = v6 ? endpoint(kind == Sources::mapped ? "::ffff:192.0.2.1" : "2001:db8::1", local.port)
                           : endpoint("192.0.2.1", local.port);
  Connection row =
      connection(State::syn_recv, here, {source(kind, n), static_cast<std::uint16_t>(1024 + n * 7919 % 60'000)});
  row.minisocket = true;
  row.inode = 0;
  row.uid.reset();
  row.cookie = 1'000'000 + n;
  row.timer = TimerKind::retransmit;
  row.timer_ms = static_cast<std::uint32_t>(std::lround((end - age_s) * 1000));
  row.retransmits = rounds + repeated - std::min(deferred, rounds);
  rows.push_back(row);
  Connection proc = row;
  proc.origin = Origin::proc;
  proc.cookie.reset();
  proc.retransmits = rounds;
  proc_rows.push_back(proc);
  return rows.back();
}

void Scene::flood(double per_s, double seconds, Sources kind, std::uint32_t repeated) {
  const auto count = static_cast<std::size_t>(per_s * seconds);
  for (std::size_t i = 0; i < count; ++i) request((static_cast<double>(i) + 0.5) / per_s, kind, repeated);
}

void Scene::fresh(std::size_t count, double oldest_s) {
  for (std::size_t i = 0; i < count; ++i) {
    request(oldest_s * (static_cast<double>(i) + 0.5) / static_cast<double>(count));
  }
}

void Scene::established(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string client =
        "10." + std::to_string(i / 65'536) + "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256);
    rows.push_back(connection(State::established, endpoint("192.0.2.1", local.port), endpoint(client, 50'000)));
  }
}

SynSample Scene::sample(const SynSample* before, bool joined, const std::vector<std::uint64_t>& met) const {
  SynSampler sampler;
  if (before != nullptr) sampler.watch(*before);
  sampler.watch(met);
  for (const Connection& row : rows) sampler.connection(row);
  Listener row = listener(local);
  row.family = local.address.family;
  row.cookie = listen_cookie;
  row.accept_queue = accept_queue;
  row.accept_limit = backlog;
  row.drops = drops;
  sampler.listener(row);
  SynSample sample = sampler.take();
  if (joined) {
    for (const Connection& proc : proc_rows) sample.add_timeouts(proc);
  }
  return sample;
}

KernelFacts plain_facts() {
  KernelFacts facts;
  facts.settings.syncookies = 1;
  facts.settings.synack_retries = 5;
  facts.settings.max_syn_backlog = 512;
  facts.settings.first_local_port = 32768;
  facts.settings.last_local_port = 60999;
  return facts;
}

KernelFacts zero_facts() {
  KernelFacts facts = plain_facts();
#define COUNTER(member, file, group, name) facts.counters.member = 0;
#define SETTING(member, path)
#include "model/kernel_facts.def"
#undef COUNTER
#undef SETTING
  return facts;
}

SynReport one_shot(const Scene& scene, const KernelFacts& facts) {
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.facts = facts;
  return detect_syn(input, {});
}

SynInput between(const SynSample& before, const SynSample& now, const KernelFacts& facts,
                 const KernelFacts& facts_before, double seconds) {
  SynInput input;
  input.now = &now;
  input.before = &before;
  input.facts = facts;
  input.facts_before = facts_before;
  input.after_first_second = facts_before.counters;
  input.before_last_second = facts.counters;
  input.apart = std::chrono::milliseconds(static_cast<int>(seconds * 1000));
  return input;
}

SynReport delta(const Scene& before, const Scene& now, const KernelFacts& facts, double seconds) {
  const SynSample first = before.sample();
  const SynSample second = now.sample(&first);
  return detect_syn(between(first, second, facts, zero_facts(), seconds), {});
}

void carry_over(const Scene& before, Scene& now, std::size_t younger) {
  for (std::size_t i = 0; i < before.rows.size(); ++i) now.rows.at(younger + i).cookie = before.rows[i].cookie;
}

const SynVerdict& verdict(const SynReport& report, std::string_view subject) {
  for (const SynVerdict& one : report.verdicts) {
    if (one.subject == subject) return one;
  }
  throw std::runtime_error("no verdict about " + std::string(subject));
}

const Evidence* evidence(const SynVerdict& verdict, std::string_view quantity) {
  const auto at = std::find_if(verdict.evidence.begin(), verdict.evidence.end(),
                               [&](const Evidence& one) { return one.quantity == quantity; });
  return at == verdict.evidence.end() ? nullptr : &*at;
}

const Finding* finding(const SynReport& report, std::string_view rule) {
  const auto at = std::find_if(report.findings.begin(), report.findings.end(),
                               [&](const Finding& one) { return one.rule == rule; });
  return at == report.findings.end() ? nullptr : &*at;
}

const Finding& found(const SynReport& report, std::string_view rule) {
  const Finding* one = finding(report, rule);
  REQUIRE(one != nullptr);
  return *one;
}

TEST_CASE("a flood in a scene has the ages that it says") {
  Scene scene;
  scene.flood(10, 20);
  const SynSample sample = scene.sample();
  REQUIRE(sample.half_opens.size() == 200);
  double oldest = 0;
  for (const HalfOpen& entry : sample.half_opens) oldest = std::max(oldest, entry.age_s().value());
  CHECK(oldest == doctest::Approx(19.95));
}

}  // namespace tcpstat::test
