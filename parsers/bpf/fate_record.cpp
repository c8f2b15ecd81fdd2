#include "parsers/bpf/fate_record.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace tcpstat::bpf {
namespace {

/// What came since `before`, modulo 2^64 as the counts are.
std::vector<fate_counts> since(std::vector<fate_counts> now, const FateTable& before, const fate_key& key) {
  const auto was = before.find(key);
  if (was == before.end()) return now;
  for (std::size_t at = 0; at < now.size() && at < was->second.size(); ++at) {
    for (std::size_t fate = 0; fate < FATES; ++fate) now[at].of[fate] -= was->second[at].of[fate];
  }
  return now;
}

}  // namespace

HandshakeFates sum_of(std::span<const fate_counts> of_processors) {
  fate_counts sum{};
  for (const fate_counts& one : of_processors) {
    for (std::size_t fate = 0; fate < FATES; ++fate) sum.of[fate] += one.of[fate];
  }
  // If an event was missed, more may be taken back than was counted.
  const auto count = [&sum](handshake_fate fate) {
    const __u64 found = sum.of[fate];
    return found > UINT64_MAX / 2 ? std::uint64_t{0} : std::uint64_t{found};
  };
  return {.begun = count(FATE_BORN),
          .completed = count(FATE_COMPLETED),
          .reset = count(FATE_RESET),
          .expired = count(FATE_EXPIRED),
          .pruned = count(FATE_PRUNED),
          .closed = count(FATE_LISTENER_GONE),
          .cookie = count(FATE_COOKIE),
          .answered_late = count(FATE_ANSWERED_LATE),
          .unanswered_again = count(FATE_UNANSWERED_AGAIN),
          .connections = count(FATE_CONNECTIONS)};
}

ListeningEnd listener_of(const fate_key& key) {
  Address address;
  address.family = key.family == AF_INET6 ? Family::ipv6 : Family::ipv4;
  std::memcpy(address.bytes.data(), key.address, key.family == AF_INET6 ? 16 : 4);
  return {{address.unmapped(), key.port}, key.interface};
}

CountedHandshakes counted_between(const FateTable& before, const FateTable& now, std::uint64_t missed,
                                  std::uint64_t left_out) {
  CountedHandshakes out;
  bool has_sum = false;
  for (const auto& [key, counts] : now) {
    const HandshakeFates fates = sum_of(since(counts, before, key));
    if (key.port == 0) {
      out.all = fates;
      has_sum = true;
    } else {
      out.listeners.push_back({listener_of(key), fates});
    }
  }
  out.missed = missed;
  // Any listener may lack some of its events, and a namespace that has no sum all of them.
  if (left_out > 0) {
    out.listeners.clear();
    if (!has_sum) out.missed += left_out;
  }
  return out;
}

}  // namespace tcpstat::bpf
