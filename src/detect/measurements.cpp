#include "detect/measurements.h"

#include <algorithm>
#include <map>
#include <span>

namespace tcpstat::detect {
namespace {

std::vector<const HalfOpen*> aged_of(const std::vector<const HalfOpen*>& requests) {
  std::vector<const HalfOpen*> out;
  std::copy_if(requests.begin(), requests.end(), std::back_inserter(out),
               [](const HalfOpen* entry) { return !entry->deferred() && entry->rounds() > 0; });
  return out;
}

/// Requests by the listener that they belong to.
std::vector<std::vector<const HalfOpen*>> by_listener(const SynSample& sample) {
  std::vector<std::vector<const HalfOpen*>> out(sample.listeners.size());
  for (const HalfOpen& entry : sample.half_opens) out[entry.listener].push_back(&entry);
  return out;
}

ListenerView listener_view(const SynInput& input, const SynListener& listener, std::vector<const HalfOpen*> requests) {
  ListenerView out = host_view(input);
  out.now = &listener;
  out.requests = std::move(requests);
  for (const HalfOpen* entry : out.requests) {
    if (entry->deferred()) continue;
    out.by_rounds[std::min<std::size_t>(entry->rounds(), kRounds - 1)] += input.now->scale * listener.each_stands_for;
  }
  out.aged = aged_of(out.requests);
  for (const HalfOpen* entry : out.aged) {
    if (const auto age = entry->age_s()) out.oldest_s = std::max(out.oldest_s.value_or(0), *age);
  }
  return out;
}

}  // namespace

std::optional<double> ListenerView::seconds() const {
  if (!input.apart || !input.facts_before || input.apart->count() <= 0) return std::nullopt;
  return static_cast<double>(input.apart->count()) / 1000;
}

std::optional<double> ListenerView::grown(std::optional<std::uint64_t> KernelCounters::*counter) const {
  if (!seconds()) return std::nullopt;
  const auto more = growth(input.facts_before->counters.*counter, input.facts.counters.*counter);
  if (!more) return std::nullopt;
  return static_cast<double>(*more);
}

std::optional<double> ListenerView::per_s(std::optional<std::uint64_t> KernelCounters::*counter) const {
  const auto more = grown(counter);
  if (!more) return std::nullopt;
  return *more / *seconds();
}

ListenerView host_view(const SynInput& input) {
  return {input, nullptr, nullptr, {}, {}, {}, {}, {}, std::nullopt, nullptr};
}

std::vector<ListenerView> listener_views(const SynInput& input) {
  std::vector<ListenerView> out;
  auto requests = by_listener(*input.now);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    out.push_back(listener_view(input, input.now->listeners[i], std::move(requests[i])));
  }
  if (input.before == nullptr) return out;
  const auto requests_before = by_listener(*input.before);
  std::map<ListeningEnd, std::size_t> index;
  for (std::size_t i = 0; i < requests_before.size(); ++i) index.emplace(input.before->listeners[i].end(), i);
  std::map<ListeningEnd, std::vector<const TrackedRequest*>> followed;
  for (const TrackedRequest& entry : input.followed) followed[entry.listener].push_back(&entry);
  for (ListenerView& one : out) {
    const auto at = index.find(one.now->end());
    if (at == index.end()) continue;
    const SynListener& before = input.before->listeners[at->second];
    if (one.now->is_other_than(before.identity)) continue;
    one.before = &before;
    one.aged_before = aged_of(requests_before[at->second]);
    if (const auto met = followed.find(one.now->end()); met != followed.end()) one.followed = std::move(met->second);
  }
  return out;
}

std::span<const Heuristic* const> heuristics() {
  static constexpr auto kAll = std::to_array<const Heuristic*>({
#define HEURISTIC(name) &name::heuristic,
#include "detect/heuristics.def"
#undef HEURISTIC
  });
  return kAll;
}

}  // namespace tcpstat::detect
