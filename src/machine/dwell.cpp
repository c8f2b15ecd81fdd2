#include "machine/dwell.h"

#include <algorithm>
#include <array>

namespace tcpstat::machine {
namespace {

using Milliseconds = std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = DwellLimit::Kind;

constexpr Milliseconds kFirstHandshakeTimeout = seconds(1);  // TCP_TIMEOUT_INIT
constexpr Milliseconds kRtoMin(200);                         // TCP_RTO_MIN
constexpr Milliseconds kTimeWait = seconds(60);              // TCP_TIMEWAIT_LEN
// The kernel keeps retry counts in a byte.
constexpr std::uint32_t kMostRetries = 255;

DwellLimit bounded(Milliseconds most) { return {Kind::bounded, most}; }

/// TCP_RTO_MAX was fixed at two minutes before it became a sysctl.
Milliseconds rto_max(const KernelLimits& limits) { return Milliseconds(limits.rto_max_ms.value_or(120'000)); }

/// first + 2·first + 4·first + … with `retries` retransmissions, each interval at most `most`.
Milliseconds doubling(Milliseconds first, std::uint32_t retries, Milliseconds most) {
  Milliseconds sum{};
  Milliseconds interval = first;
  for (std::uint32_t i = 0; i <= std::min(retries, kMostRetries); ++i) {
    sum += std::min(interval, most);
    if (interval < most) interval *= 2;
  }
  return sum;
}

DwellLimit handshake(std::optional<std::uint32_t> retries, std::uint32_t more, const KernelLimits& limits) {
  if (!retries) return {};
  return bounded(doubling(kFirstHandshakeTimeout, *retries + more, rto_max(limits)));
}

DwellLimit no_bound(const KernelLimits& /*limits*/) { return {Kind::no_bound, {}}; }

/// net/ipv4/tcp_timer.c, tcp_retransmit_timer(): the first tcp_syn_linear_timeouts retransmissions do not double.
DwellLimit syn_retries(const KernelLimits& limits) {
  DwellLimit limit = handshake(limits.syn_retries, 0, limits);
  limit.most += kFirstHandshakeTimeout * limits.syn_linear_timeouts.value_or(0);
  return limit;
}

/// net/ipv4/inet_connection_sock.c, reqsk_timer_handler().
DwellLimit request(const KernelLimits& limits) { return handshake(limits.synack_retries, 0, limits); }
/// net/ipv4/tcp_timer.c, tcp_fastopen_synack_timer(): one retry more.
DwellLimit fast_open_child(const KernelLimits& limits) { return handshake(limits.synack_retries, 1, limits); }
DwellLimit crossed(const KernelLimits& limits) { return handshake(limits.syn_retries, 0, limits); }

/// net/ipv4/tcp_timer.c, tcp_model_timeout(): the time that tcp_retries2 retransmissions would take.
DwellLimit unacknowledged(const KernelLimits& limits) {
  if (!limits.retries2) return {};
  return bounded(doubling(kRtoMin, *limits.retries2, rto_max(limits)));
}

/// net/ipv4/tcp_timer.c, tcp_orphan_retries().
std::uint32_t orphan_retries(std::uint32_t setting) { return setting == 0 ? 8 : setting; }

DwellLimit orphan(const KernelLimits& limits) {
  if (!limits.orphan_retries) return {};
  return bounded(doubling(kRtoMin, orphan_retries(*limits.orphan_retries), rto_max(limits)));
}

/// net/ipv4/tcp_timer.c, tcp_probe_timer(): while the peer answers, the retries count only from the longest interval on.
DwellLimit blocked_orphan(const KernelLimits& limits) {
  if (!limits.orphan_retries) return {};
  std::uint32_t doublings = 0;
  for (Milliseconds interval = kRtoMin; interval < rto_max(limits); interval *= 2) ++doublings;
  return bounded(doubling(kRtoMin, std::max(doublings, orphan_retries(*limits.orphan_retries)), rto_max(limits)));
}

/// net/ipv4/tcp_minisocks.c, tcp_time_wait(): at least 3.5 retransmission timeouts.
DwellLimit fin_timeout(const KernelLimits& limits) {
  if (!limits.fin_timeout_s) return {};
  return bounded(std::max<Milliseconds>(seconds(*limits.fin_timeout_s), kRtoMin * 7 / 2));
}

DwellLimit time_wait(const KernelLimits& /*limits*/) { return bounded(kTimeWait); }

DwellLimit keepalive(const KernelLimits& limits) {
  if (!limits.keepalive_time_s || !limits.keepalive_probes || !limits.keepalive_interval_s) return {};
  const seconds probing = seconds(*limits.keepalive_interval_s) * std::min(*limits.keepalive_probes, kMostRetries);
  return bounded(seconds(*limits.keepalive_time_s) + probing);
}

constexpr auto kBounds = std::to_array<DwellBound>({
#define DWELL(state, formula, standing, sysctls) {State::state, formula, standing, sysctls},
#include "machine/dwell.def"
#undef DWELL
});

static_assert([] {
  StateSet found;
  for (const DwellBound& bound : kBounds) found |= bound.state;
  return found == StateSet::all();
}());

}  // namespace

std::span<const DwellBound> dwell_bounds() { return kBounds; }

const DwellBound& dwell_bound(State state) {
  return *std::find_if(kBounds.begin(), kBounds.end(), [&](const DwellBound& bound) { return bound.state == state; });
}

}  // namespace tcpstat::machine
