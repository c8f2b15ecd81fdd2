#include <algorithm>
#include <utility>

#include "detect/sample/syn_sample.h"
#include "detect/sample/tuple_hash.h"

namespace tcpstat::detect {
namespace {

/// Whether the row has netlink's counter, also where it was saved to a file: rows of /proc have no cookies.
bool counts_retransmits(const Connection& row) {
  return row.origin == model::Origin::netlink || row.cookie.has_value();
}

HalfOpen half_open_of(const Connection& row, std::uint64_t hash) {
  HalfOpen out;
  out.hash = hash;
  out.cookie = row.cookie.value_or(0);
  out.source = row.remote.address.unmapped();
  out.source_port = row.remote.port;
  out.family = row.family;
  out.timer_ms = row.timer_ms;
  if (row.retransmits) {
    const auto count = static_cast<std::uint8_t>(std::min(*row.retransmits, 255U));
    (counts_retransmits(row) ? out.retransmits : out.timeouts) = count;
  }
  return out;
}

}  // namespace

SynSampler::SynSampler() = default;

void SynSampler::watch(const SynSample& before) {
  for (const HalfOpen& entry : before.half_opens) {
    if (entry.cookie != 0 && entry.rounds() > 0) outcomes_.emplace(entry.cookie, Outcome::gone);
  }
}

void SynSampler::watch(std::span<const std::uint64_t> cookies) {
  for (const std::uint64_t cookie : cookies) {
    if (cookie != 0) outcomes_.emplace(cookie, Outcome::gone);
  }
}

Flow SynSampler::connection(const Connection& row) {
  const bool request = row.state == State::syn_recv && row.minisocket;
  if (row.cookie && !outcomes_.empty()) {
    const auto at = outcomes_.find(*row.cookie);
    if (at != outcomes_.end()) at->second = request ? Outcome::waiting : Outcome::completed;
  }
  if (request) {
    half_open(row);
    return Flow::more;
  }
  if (row.state == State::syn_recv) {
    ++counts_[place_of(listening_end_of(row))].fast_open;
    return Flow::more;
  }
  ++other_rows_;
  // A source that only ever failed to connect proves nothing: rows without an exchange do not make it known.
  if (row.state == State::syn_sent || row.state == State::close) return Flow::more;
  const std::uint64_t hash = address_hash(hash_, row.remote.address);
  if (std::exchange(added_[static_cast<std::size_t>(hash % added_.size())], hash) != hash) {
    known_.add({hash, network_of(row.remote.address)});
  }
  return Flow::more;
}

void SynSampler::half_open(const Connection& row) {
  HalfOpen entry = half_open_of(row, tuple_hash(hash_, row));
  entry.listener = place_of(listening_end_of(row));
  SynListener& count = counts_[entry.listener];
  ++count.half_open;
  if (entry.deferred()) {
    ++count.deferred;
  } else {
    ++count.by_rounds[std::min<std::size_t>(entry.rounds(), kRounds - 1)];
  }
  half_opens_.add(entry);
}

Flow SynSampler::listener(const Listener& row) {
  SynListener& listener = listeners_[listening_end_of(row)];
  listener.leaves_ipv4 = (listener.sockets == 0 || listener.leaves_ipv4) && row.v6only.value_or(false);
  listener.netns = row.netns;
  ++listener.sockets;
  // A sum, so that the order of the rows does not matter.
  if (row.cookie) listener.identity = listener.identity.value_or(0) + (*row.cookie ^ (*row.cookie << 32U));
  listener.told_half_open = std::max<std::uint64_t>(listener.told_half_open, row.syn_recv.value_or(0));
  if (row.drops) listener.drops = listener.drops.value_or(0) + *row.drops;
  if (row.accept_limit) listener.backlogs.push_back(*row.accept_limit);
  if (!row.accept_queue) return Flow::more;
  // The fullest one of a pool; without limits, the longest.
  const auto load = [](std::uint32_t queue, std::optional<std::uint32_t> limit) {
    return static_cast<double>(queue) / (limit.value_or(0) + 1.0);
  };
  if (!listener.accept_queue ||
      load(*row.accept_queue, row.accept_limit) > load(*listener.accept_queue, listener.accept_limit)) {
    listener.accept_queue = row.accept_queue;
    listener.accept_limit = row.accept_limit;
  }
  return Flow::more;
}

std::uint32_t SynSampler::place_of(const ListeningEnd& end) {
  Place& last = last_[end.local.address.family == Family::ipv4 ? 0 : 1];
  if (last.number && last.end == end) return *last.number;
  ListeningEnd key = end;
  auto at = places_.find(key);
  if (at == places_.end()) {
    if (places_.size() >= kMostEndpoints) key.local.address = Address{key.local.address.family, {}};
    const auto [place, added] = places_.try_emplace(key, static_cast<std::uint32_t>(counts_.size()));
    if (added) {
      counts_.emplace_back();
      counts_.back().local = key.local;
      counts_.back().interface = key.interface;
    }
    at = place;
  }
  last = {end, at->second};
  return at->second;
}

void SynSampler::settle(SynSample& sample, Requests requests) {
  // Requests that no listener takes stand for themselves.
  std::map<ListeningEnd, std::uint32_t> index;
  for (auto& [end, listener] : listeners_) {
    listener.local = end.local;
    listener.interface = end.interface;
    if (listener.backlogs.size() != listener.sockets) listener.backlogs.clear();
    index.emplace(end, static_cast<std::uint32_t>(sample.listeners.size()));
    sample.listeners.push_back(listener);
  }
  const auto listens = [this](const ListeningEnd& end, Family family) {
    const auto at = listeners_.find(end);
    return at != listeners_.end() && at->second.takes(family);
  };
  std::vector<std::uint32_t> moved;
  for (const SynListener& count : counts_) {
    const ListeningEnd own = count.end();
    const ListeningEnd taker = taker_of(own, listens).value_or(own);
    const auto [at, is_new] = index.try_emplace(taker, static_cast<std::uint32_t>(sample.listeners.size()));
    if (is_new) {
      sample.listeners.emplace_back();
      sample.listeners.back().local = taker.local;
      sample.listeners.back().interface = taker.interface;
    }
    sample.listeners[at->second].add_half_opens(count);
    moved.push_back(at->second);
  }
  for (HalfOpen& entry : sample.half_opens) entry.listener = moved[entry.listener];
  if (requests == Requests::all) return;
  for (SynListener& listener : sample.listeners) listener.stretch_to(listener.told_half_open);
}

SynSample SynSampler::take(Requests requests) {
  SynSample sample;
  sample.hash_ = hash_;
  sample.half_opens = half_opens_.sorted();
  sample.scale = half_opens_.scale();
  settle(sample, requests);
  for (const Known& known : known_.sorted()) {
    sample.known_.push_back(known.hash);
    sample.known_networks_.push_back(known.network);
  }
  sample.known_up_to_ = known_.threshold();
  sample.other_rows = other_rows_;
  sample.outcomes_ = std::move(outcomes_);
  return sample;
}

}  // namespace tcpstat::detect
