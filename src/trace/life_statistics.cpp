#include "trace/life_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

namespace tcpstat::trace {
namespace {

constexpr unsigned kBits = 4;  // 16 buckets between two powers of two

std::size_t bucket_of(std::uint64_t us) {
  if (us < (1U << kBits)) return static_cast<std::size_t>(us);
  const auto power = static_cast<unsigned>(std::bit_width(us)) - 1U - kBits;
  // What is left of the time after the shift has kBits + 1 bits, so that it fits a word of any size.
  return (std::size_t{power} << kBits) + static_cast<std::size_t>(us >> power);
}

std::uint64_t largest_in(std::size_t bucket) {
  if (bucket < (2U << kBits)) return bucket;
  const std::size_t power = (bucket >> kBits) - 1;
  const std::uint64_t first = (bucket & ((1U << kBits) - 1U)) | (1U << kBits);
  return ((first + 1) << power) - 1;
}

}  // namespace

void TimeHistogram::add(EventTime time) {
  const auto us = static_cast<std::uint64_t>(std::max<EventTime::rep>(time.count(), 0));
  const std::size_t bucket = bucket_of(us);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  max_ = std::max(max_, time);
}

EventTime TimeHistogram::percentile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= wanted) return std::min(max_, EventTime(static_cast<EventTime::rep>(largest_in(bucket))));
  }
  return max_;
}

bool LifeStatistics::Order::operator()(const Place& a, const Place& b) const {
  const auto key = [](const Place& place) {
    const auto& [address, port] = place.local;
    return std::tie(address.family, address.bytes, port, place.interface, place.netns);
  };
  return key(a) < key(b);
}

void LifeStatistics::count_handshake(const Transition& transition, Opening opening) {
  const auto from = transition.from.seen();
  const auto to = transition.to.seen();
  if (to == State::established && opening == Opening::active) ++handshakes_.outgoing.completed;
  if (to == State::established && opening != Opening::active && from == State::syn_recv) {
    ++handshakes_.incoming.completed;
  }
  if (from != State::syn_sent || to != State::close) return;
  if (!transition.peer_reset) {
    // This one was refused or failed, so that neither number is known any more.
    handshakes_.outgoing.refused.reset();
    handshakes_.outgoing.failed.reset();
    return;
  }
  auto& count = *transition.peer_reset ? handshakes_.outgoing.refused : handshakes_.outgoing.failed;
  if (count) ++*count;
}

LifeStatistics::Times& LifeStatistics::times_of(const Transition& transition, Opening opening) {
  if (opening == Opening::active) return outgoing_;
  if (opening == Opening::unknown || !transition.local) return unknown_;
  Place place{*transition.local, transition.interface};
  if (place.interface != 0) place.netns = transition.netns;
  if (const auto at = listeners_.find(place); at != listeners_.end()) return at->second;
  return listeners_.size() < most_listeners_ ? listeners_[place] : other_listeners_;
}

void LifeStatistics::add(const Transition& transition, Opening opening) {
  // A connection of MPTCP is counted by its subflows, which are connections of TCP.
  if (transition.protocol == Protocol::mptcp) return;
  count_handshake(transition, opening);
  const auto from = transition.from.seen();
  if (from == State::listen || from == State::close) return;  // no connection
  // A state that is stored again has not ended.
  if (!from || !transition.dwell || transition.from == transition.to) return;
  times_of(transition, opening)[static_cast<std::size_t>(*from)].add(*transition.dwell);
}

TraceSummary LifeStatistics::summary() const {
  TraceSummary out;
  out.handshakes = handshakes_;
  const auto add = [&](Opening opening, const Place* place, const Times& times) {
    TimedGroup group{opening, {}, {}};
    if (place != nullptr) {
      group.local = place->local;
      group.interface = place->interface;
      group.netns = place->netns;
    }
    for (const StateInfo& state : states()) {
      const TimeHistogram& of = times[static_cast<std::size_t>(state.state)];
      if (of.count() == 0) continue;
      group.states.push_back(
          {state.state, of.count(), of.percentile(0.5), of.percentile(0.9), of.percentile(0.99), of.max()});
    }
    if (!group.states.empty()) out.groups.push_back(std::move(group));
  };
  for (const auto& [place, times] : listeners_) add(Opening::passive, &place, times);
  const auto connections = [](const TimedGroup& group) {
    std::uint64_t most = 0;
    for (const StateTimes& times : group.states) most = std::max(most, times.count);
    return most;
  };
  std::stable_sort(out.groups.begin(), out.groups.end(),
                   [&](const TimedGroup& a, const TimedGroup& b) { return connections(a) > connections(b); });
  add(Opening::passive, nullptr, other_listeners_);
  add(Opening::active, nullptr, outgoing_);
  add(Opening::unknown, nullptr, unknown_);
  return out;
}

}  // namespace tcpstat::trace
