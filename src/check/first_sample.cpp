#include "check/first_sample.h"

#include <utility>

#include "check/half_opens.h"

namespace tcpstat::check {
namespace {

using std::chrono::milliseconds;

/// An ACK with a cookie comes a round trip after the cookie.
constexpr std::chrono::seconds kLag{1};
/// Requests are followed through the last two seconds: the second SYN+ACK is two seconds old when the third is sent.
constexpr milliseconds kLastLooks[] = {milliseconds(2000), milliseconds(1500), milliseconds(1000), milliseconds(500)};
/// With so many, enough outcomes are known without looking again.
constexpr std::uint64_t kEnoughHalfOpens = 1000;
/// A dump walks the sockets of all namespaces. Where that takes long, others pay for it too.
constexpr milliseconds kDearDump{25};

/// `warnings`: what is to be said of the reading; null: that was said before.
Expected<detect::SynSample> half_opens(Host& host, const filter::Filter& filter,
                                       std::vector<Warning>* warnings = nullptr) {
  detect::SynSampler sampler;
  survey::Dump dump = survey::take(host, rule_dump(filter, {State::syn_recv, State::listen}), sampler);
  if (dump.error) return tl::make_unexpected(*dump.error);
  auto sample = taken(sampler, filter, dump.report.coverage);
  if (warnings != nullptr) *warnings = std::move(dump.report.coverage.warnings);
  return sample;
}

/// Looks once more. False: not again.
bool follow(Host& host, const filter::Filter& filter, Clock::Instant start, FirstSample& first) {
  const Clock::Instant begin = host.clock().now();
  const auto sample = half_opens(host, filter);
  if (!sample) return false;
  first.followed.add(*sample, std::chrono::duration_cast<milliseconds>(begin - start));
  first.listeners.add(*sample);
  return host.clock().now() - begin < kDearDump;
}

}  // namespace

survey::DumpPlan rule_dump(const filter::Filter& filter, StateSet states) {
  survey::DumpPlan plan;
  plan.query.filter = filter;
  plan.query.states = states;
  plan.query.parts.tcp_info = true;
  plan.query.parts.memory = true;
  return plan;
}

std::optional<FirstSample> recorded_first_sample(Host& host, const filter::Filter& filter) {
  const std::unique_ptr<Host> last = host.earlier();
  if (last == nullptr) return std::nullopt;
  // Judged as samples that follow each other are: beside the last but one, while the last tells the counters of a
  // second later.
  const std::unique_ptr<Host> last_but_one = last->earlier();
  Host& base = last_but_one != nullptr ? *last_but_one : *last;
  auto sample = half_opens(base, filter);
  if (!sample) return std::nullopt;
  detect::TrackedRequests followed(*sample);
  FirstSample first{.sample = std::move(*sample),
                    .facts = base.kernel_facts(),
                    .after_first_second = {},
                    .before_last_second = last->kernel_counters(),
                    .followed = std::move(followed)};
  if (last_but_one == nullptr) return first;
  first.after_first_second = first.before_last_second;
  if (const auto between = half_opens(*last, filter)) {
    first.followed.add(*between, last->kernel_facts().boot_time - first.facts.boot_time);
  }
  return first;
}

Expected<FirstSample> take_first_sample(Host& host, const filter::Filter& filter, milliseconds interval) {
  Clock& clock = host.clock();
  const Clock::Instant start = clock.now();
  const Clock::Instant end = start + interval;
  const KernelFacts facts = host.kernel_facts();
  const Clock::Instant begin = clock.now();
  std::vector<Warning> warnings;
  auto sample = half_opens(host, filter, &warnings);
  if (!sample) return tl::make_unexpected(sample.error());
  bool again = sample->half_open() < kEnoughHalfOpens && clock.now() - begin < kDearDump;
  detect::TrackedRequests followed(*sample);
  FirstSample first{.sample = std::move(*sample),
                    .facts = facts,
                    .after_first_second = {},
                    .before_last_second = {},
                    .followed = std::move(followed),
                    .listeners = {},
                    .warnings = std::move(warnings)};
  first.listeners.add(first.sample);
  clock.sleep_until(start + kLag);
  first.after_first_second = host.kernel_counters();
  for (const milliseconds left : kLastLooks) {
    clock.sleep_until(end - left);
    if (left == kLag) first.before_last_second = host.kernel_counters();
    again = again && follow(host, filter, start, first);
  }
  clock.sleep_until(end);
  return first;
}

}  // namespace tcpstat::check
