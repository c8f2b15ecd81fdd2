#include "detect/sample/syn_sample.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>

#include "detect/sample/tuple_hash.h"
#include "model/kernel_facts.h"
#include "model/kernel_timers.h"
#include "model/row_rules.h"

namespace tcpstat::detect {
namespace {

// With fewer, chance decides whatever the join tells.
constexpr std::uint64_t kWorthJoining = 8;

}  // namespace

bool HalfOpen::deferred() const {
  if (retransmits && timeouts) return *timeouts > *retransmits;
  return retransmits && timer_ms && is_deferred(*retransmits, *timer_ms);
}

std::optional<double> HalfOpen::age_s() const {
  if (!timer_ms || rounds() >= kRounds) return std::nullopt;
  const double end = std::chrono::duration<double>(request_round_end(rounds())).count();
  const double age = end - *timer_ms / 1000.0;
  if (age < 0) return std::nullopt;
  return age;
}

std::uint64_t SynListener::aged() const {
  return std::accumulate(by_rounds.begin() + 1, by_rounds.end(), std::uint64_t{0});
}

void SynListener::stretch_to(std::uint64_t all) {
  if (half_open == 0 || all <= half_open) return;
  each_stands_for = static_cast<double>(all) / static_cast<double>(half_open);
  const auto stretched = [this](std::uint64_t count) {
    return static_cast<std::uint64_t>(std::llround(each_stands_for * static_cast<double>(count)));
  };
  half_open = all;
  deferred = stretched(deferred);
  for (std::uint64_t& count : by_rounds) count = stretched(count);
}

void SynListener::add_half_opens(const SynListener& other) {
  half_open += other.half_open;
  deferred += other.deferred;
  fast_open += other.fast_open;
  for (std::size_t i = 0; i < kRounds; ++i) by_rounds[i] += other.by_rounds[i];
}

std::uint64_t SynSample::half_open() const {
  std::uint64_t sum = 0;
  for (const SynListener& listener : listeners) sum += listener.half_open;
  return sum;
}

std::size_t SynSample::wants_timeouts(Family family) const {
  // Of a listener on both families, each file of /proc lists a part.
  std::vector<bool> listed(listeners.size());
  for (const HalfOpen& entry : half_opens) {
    if (entry.family == family && !entry.timeouts) listed[entry.listener] = true;
  }
  std::size_t wanting = 0;
  for (std::uint32_t i = 0; i < listeners.size(); ++i) {
    if (!listed[i] || listeners[i].aged() + listeners[i].deferred < kWorthJoining) continue;
    const auto known = joined_by_listener_.find(i);
    if (known == joined_by_listener_.end() || known->second < kWorthJoining) ++wanting;
  }
  return wanting;
}

void SynSample::add_timeouts(const Connection& proc_row) {
  if (proc_row.state != State::syn_recv || !proc_row.minisocket || !proc_row.retransmits) return;
  const std::uint64_t hash = tuple_hash(hash_, proc_row);
  const auto at = std::lower_bound(half_opens.begin(), half_opens.end(), hash,
                                   [](const HalfOpen& entry, std::uint64_t wanted) { return entry.hash < wanted; });
  if (at == half_opens.end() || at->hash != hash) return;
  if (at->retransmits && !at->timeouts) {
    ++joined_;
    ++joined_by_listener_[at->listener];
  }
  at->timeouts = static_cast<std::uint8_t>(std::min(*proc_row.retransmits, 255U));
}

std::optional<bool> SynSample::knows(const Address& source) const {
  const std::uint64_t hash = address_hash(hash_, source);
  if (other_rows == 0 || hash > known_up_to_) return std::nullopt;
  return std::binary_search(known_.begin(), known_.end(), hash);
}

bool SynSample::knows_some_in(const Prefix& network) const {
  const std::uint64_t first = network_of(network.network);
  // An IPv4 address is the lower half of its number.
  const unsigned bits = network.network.family == Family::ipv4 ? 32 : 64;
  const unsigned others = bits - std::min<unsigned>(network.length, bits);
  const std::uint64_t last = first + (others == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << others) - 1);
  return std::any_of(known_networks_.begin(), known_networks_.end(),
                     [&](std::uint64_t one) { return one >= first && one <= last; });
}

std::optional<Outcome> SynSample::outcome(std::uint64_t cookie) const {
  const auto at = outcomes_.find(cookie);
  if (at == outcomes_.end()) return std::nullopt;
  return at->second;
}

void SynSample::name_devices(Names& names) {
  for (SynListener& listener : listeners) {
    listener.device = device_text(names, listener.netns, listener.interface);
  }
}

std::vector<ListenerDrops> SynSample::drops_since(const SynSample& before) const {
  std::map<ListeningEnd, const SynListener*> past;
  for (const SynListener& listener : before.listeners) past.emplace(listener.end(), &listener);
  std::vector<ListenerDrops> out;
  for (const SynListener& listener : listeners) {
    const auto at = past.find(listener.end());
    if (at == past.end()) continue;
    if (listener.is_other_than(at->second->identity)) continue;
    const auto more = growth(at->second->drops, listener.drops);
    if (more.value_or(0) > 0) out.push_back({listener.end(), *more, listener.device, listener.netns});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const ListenerDrops& a, const ListenerDrops& b) { return a.count > b.count; });
  return out;
}

const SynListener* SynSample::find(const Endpoint& local) const {
  const auto at = std::find_if(listeners.begin(), listeners.end(),
                               [&](const SynListener& listener) { return listener.local == local; });
  return at == listeners.end() ? nullptr : &*at;
}

}  // namespace tcpstat::detect
