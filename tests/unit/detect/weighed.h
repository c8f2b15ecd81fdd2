#pragma once
// What heuristics say about a scene.

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "detect/assess.h"
#include "detect/scene.h"

namespace tcpstat::test {

struct Weighed {
  std::optional<double> value;
  double weight = 0;
};

/// What the heuristics leave about one quantity, in a snapshot; nothing if they say nothing.
inline std::optional<Weighed> weighed(const Scene& scene, std::string_view quantity,
                                      const KernelFacts& facts = zero_facts()) {
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.facts = facts;
  for (const SynVerdict& verdict : detect_syn(input, {}).verdicts) {
    const Evidence* found = evidence(verdict, quantity);
    if (found != nullptr && verdict.subject != "host") return Weighed{found->value, found->weight};
  }
  return std::nullopt;
}

/// The same of the host, with counters grown from zero in 5 s.
inline std::optional<Weighed> counted(const std::function<void(KernelFacts&)>& change, std::string_view quantity,
                                      const Scene& scene = {}) {
  const SynSample sample = scene.sample();
  KernelFacts facts = zero_facts();
  change(facts);
  const SynReport report = detect_syn(between(sample, sample, facts), {});
  const Evidence* found = evidence(verdict(report, "host"), quantity);
  if (found == nullptr) return std::nullopt;
  return Weighed{found->value, found->weight};
}

/// All that the heuristics leave about the listener of a snapshot, or of two samples.
inline Measurements measured(const Scene& scene, const Scene* before = nullptr) {
  const SynSample first = before == nullptr ? SynSample() : before->sample();
  const SynSample now = scene.sample(before == nullptr ? nullptr : &first);
  SynInput input;
  input.now = &now;
  input.facts = zero_facts();
  if (before != nullptr) {
    input.before = &first;
    input.facts_before = zero_facts();
    input.apart = std::chrono::seconds(5);
  }
  const ListenerView host = host_view(input);
  std::vector<ListenerView> views = listener_views(input);
  return assess(host, views, {}).listeners.at(0).signals;
}

}  // namespace tcpstat::test
