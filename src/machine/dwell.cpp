#include "machine/dwell.h"

#include <algorithm>
#include <array>

#include "model/kernel_timers.h"

namespace tcpstat::machine {
namespace {

using Milliseconds = std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = DwellLimit::Kind;

DwellLimit bounded(Milliseconds most) { return {Kind::bounded, most}; }

DwellLimit handshake(std::optional<std::uint32_t> retries, std::uint32_t more, const KernelLimits& limits) {
  if (!retries) return {};
  return bounded(backed_off(kTcpTimeoutInit, *retries + more, rto_max(limits)));
}

DwellLimit no_bound(const KernelLimits& /*limits*/) { return {Kind::no_bound, {}}; }

/// net/ipv4/tcp_timer.c, tcp_retransmit_timer(): the first tcp_syn_linear_timeouts retransmissions do not double.
DwellLimit syn_retries(const KernelLimits& limits) {
  DwellLimit limit = handshake(limits.syn_retries, 0, limits);
  limit.most += kTcpTimeoutInit * limits.syn_linear_timeouts.value_or(0);
  return limit;
}

DwellLimit request(const KernelLimits& limits) {
  return limits.synack_retries ? bounded(request_life(limits)) : DwellLimit{};
}
/// net/ipv4/tcp_timer.c, tcp_fastopen_synack_timer(): one retry more.
DwellLimit fast_open_child(const KernelLimits& limits) { return handshake(limits.synack_retries, 1, limits); }
DwellLimit crossed(const KernelLimits& limits) { return handshake(limits.syn_retries, 0, limits); }

/// net/ipv4/tcp_timer.c, tcp_model_timeout(): the time that tcp_retries2 retransmissions would take. The first timeout
/// beyond it, counted from the first retransmission, ends the connection (retransmits_timed_out()): on a path with
/// longer timeouts that is the first one and the last one later.
DwellLimit unacknowledged(const KernelLimits& limits) {
  if (!limits.retries2) return {};
  return bounded(backed_off(kTcpRtoMin, *limits.retries2, rto_max(limits)));
}

DwellLimit orphan(const KernelLimits& limits) {
  if (!limits.orphan_retries) return {};
  return bounded(backed_off(kTcpRtoMin, orphan_retries(*limits.orphan_retries), rto_max(limits)));
}

/// net/ipv4/tcp_timer.c, tcp_probe_timer(): while the peer answers, the retries count only from the longest interval on.
DwellLimit blocked_orphan(const KernelLimits& limits) {
  if (!limits.orphan_retries) return {};
  std::uint32_t doublings = 0;
  for (Milliseconds interval = kTcpRtoMin; interval < rto_max(limits); interval *= 2) ++doublings;
  return bounded(backed_off(kTcpRtoMin, std::max(doublings, orphan_retries(*limits.orphan_retries)), rto_max(limits)));
}

/// net/ipv4/tcp_minisocks.c, tcp_time_wait(): at least 3.5 retransmission timeouts.
DwellLimit fin_timeout(const KernelLimits& limits) {
  if (!limits.fin_timeout_s) return {};
  return bounded(std::max<Milliseconds>(seconds(*limits.fin_timeout_s), kTcpRtoMin * 7 / 2));
}

DwellLimit time_wait(const KernelLimits& /*limits*/) { return bounded(kTcpTimewaitLen); }

DwellLimit keepalive(const KernelLimits& limits) {
  if (!limits.keepalive_time_s || !limits.keepalive_probes || !limits.keepalive_interval_s) return {};
  const seconds probing = seconds(*limits.keepalive_interval_s) * std::min(*limits.keepalive_probes, kMostRetries);
  return bounded(seconds(*limits.keepalive_time_s) + probing);
}

// The ordinary case of each state first. Round-trip times near 0 are assumed: retransmission timeouts begin at
// TCP_RTO_MIN (200 ms) and grow with the path. Data that the peer takes starts the time anew. TCP_USER_TIMEOUT,
// TCP_SYNCNT, TCP_LINGER2 and TCP_RTO_MAX_MS of a socket override what is here. Measured on Linux 6.18: between 0 and
// 5.3 % above the formula.
constexpr auto kBounds = std::to_array<DwellBound>({
    {.state = State::syn_sent,
     .limit = syn_retries,
     .standing = "no answer from the peer",
     .sysctls = "tcp_syn_retries, tcp_syn_linear_timeouts"},
    {.state = State::syn_sent,
     .limit = no_bound,
     .standing = "fast open deferred the SYN until the first write()",
     .sysctls = ""},
    {.state = State::syn_recv,
     .limit = request,
     .standing = "a request whose SYN,ACK nobody answers",
     .sysctls = "tcp_synack_retries",
     .body = Body::request},
    // net/ipv4/inet_connection_sock.c, syn_ack_recalc(): rskq_defer_accept counts where it is more than the retries.
    {.state = State::syn_recv,
     .limit = no_bound,
     .standing = "a request that was answered, and TCP_DEFER_ACCEPT of its listener waits for data",
     .sysctls = "",
     .body = Body::request},
    {.state = State::syn_recv,
     .limit = fast_open_child,
     .standing = "a fast-open connection whose SYN,ACK nobody answers",
     .sysctls = "tcp_synack_retries"},
    {.state = State::syn_recv,
     .limit = crossed,
     .standing = "a simultaneous open that nobody answers",
     .sysctls = "tcp_syn_retries"},
    {.state = State::established, .limit = no_bound, .standing = "idle, without keepalive", .sysctls = ""},
    {.state = State::established,
     .limit = unacknowledged,
     .standing = "data that nobody acknowledges, on a short path",
     .sysctls = "tcp_retries2"},
    {.state = State::established,
     .limit = keepalive,
     .standing = "keepalive on, the peer silent",
     .sysctls = "tcp_keepalive_time, tcp_keepalive_probes, tcp_keepalive_intvl"},
    {.state = State::fin_wait1,
     .limit = orphan,
     .standing = "closed by its process, the peer silent, on a short path",
     .sysctls = "tcp_orphan_retries"},
    {.state = State::fin_wait1,
     .limit = blocked_orphan,
     .standing = "closed by its process, the peer answers and does not read, on a short path",
     .sysctls = "tcp_orphan_retries"},
    {.state = State::fin_wait1,
     .limit = unacknowledged,
     .standing = "shut down and still open here, the peer silent, on a short path",
     .sysctls = "tcp_retries2"},
    {.state = State::fin_wait1,
     .limit = no_bound,
     .standing = "shut down and still open here, the peer answers and does not read",
     .sysctls = ""},
    {.state = State::fin_wait1,
     .limit = no_bound,
     .standing = "data goes out before the FIN, as fast as the peer takes it",
     .sysctls = ""},
    {.state = State::fin_wait2,
     .limit = fin_timeout,
     .standing = "closed by its process",
     .sysctls = "tcp_fin_timeout"},
    {.state = State::fin_wait2,
     .limit = no_bound,
     .standing = "shut down and still open here: half-closed",
     .sysctls = ""},
    {.state = State::fin_wait2,
     .limit = keepalive,
     .standing = "keepalive on, the peer silent",
     .sysctls = "tcp_keepalive_time, tcp_keepalive_probes, tcp_keepalive_intvl"},
    {.state = State::time_wait,
     .limit = time_wait,
     .standing = "fixed; an ACK or FIN that comes late starts it again",
     .sysctls = "",
     .body = Body::time_wait},
    {.state = State::close_wait, .limit = no_bound, .standing = "the program does not close its socket", .sysctls = ""},
    {.state = State::close_wait,
     .limit = unacknowledged,
     .standing = "data that nobody acknowledges, on a short path",
     .sysctls = "tcp_retries2"},
    {.state = State::close_wait,
     .limit = keepalive,
     .standing = "keepalive on, the peer silent",
     .sysctls = "tcp_keepalive_time, tcp_keepalive_probes, tcp_keepalive_intvl"},
    {.state = State::closing,
     .limit = orphan,
     .standing = "closed by its process, the peer silent, on a short path",
     .sysctls = "tcp_orphan_retries"},
    {.state = State::closing,
     .limit = blocked_orphan,
     .standing = "closed by its process, the peer answers and does not read, on a short path",
     .sysctls = "tcp_orphan_retries"},
    {.state = State::closing,
     .limit = unacknowledged,
     .standing = "shut down and still open here, the peer silent, on a short path",
     .sysctls = "tcp_retries2"},
    {.state = State::closing,
     .limit = no_bound,
     .standing = "shut down and still open here, the peer answers and does not read",
     .sysctls = ""},
    {.state = State::closing,
     .limit = no_bound,
     .standing = "data goes out before the FIN, as fast as the peer takes it",
     .sysctls = ""},
    {.state = State::last_ack,
     .limit = orphan,
     .standing = "closed by its process, the peer silent, on a short path",
     .sysctls = "tcp_orphan_retries"},
    {.state = State::last_ack,
     .limit = blocked_orphan,
     .standing = "closed by its process, the peer answers and does not read, on a short path",
     .sysctls = "tcp_orphan_retries"},
    {.state = State::last_ack,
     .limit = unacknowledged,
     .standing = "shut down and still open here, the peer silent, on a short path",
     .sysctls = "tcp_retries2"},
    {.state = State::last_ack,
     .limit = no_bound,
     .standing = "shut down and still open here, the peer answers and does not read",
     .sysctls = ""},
    {.state = State::last_ack,
     .limit = no_bound,
     .standing = "data goes out before the FIN, as fast as the peer takes it",
     .sysctls = ""},
    {.state = State::listen, .limit = no_bound, .standing = "until it is closed", .sysctls = ""},
    {.state = State::close, .limit = no_bound, .standing = "bound, and neither connected nor listening", .sysctls = ""},
});

static_assert([] {
  StateSet found;
  for (const DwellBound& bound : kBounds) found |= bound.state;
  return found == StateSet::all();
}());

/// Timer slack included; nothing if one of the bounds is none, or is not known.
template <typename Is>
std::optional<Milliseconds> longest_of(const KernelLimits& limits, Is is_meant) {
  std::optional<Milliseconds> longest;
  for (const DwellBound& bound : kBounds) {
    if (!is_meant(bound)) continue;
    const DwellLimit limit = bound.limit(limits);
    if (limit.kind != Kind::bounded) return std::nullopt;
    longest = std::max(longest.value_or(limit.most), limit.most);
  }
  if (longest) longest = with_timer_slack(*longest);
  return longest;
}

}  // namespace

std::span<const DwellBound> dwell_bounds() { return kBounds; }

const DwellBound& dwell_bound(State state) {
  return *std::find_if(kBounds.begin(), kBounds.end(), [&](const DwellBound& bound) { return bound.state == state; });
}

std::optional<Milliseconds> longest_dwell(State state, const KernelLimits& limits) {
  return longest_of(limits, [&](const DwellBound& bound) { return bound.state == state; });
}

std::optional<Milliseconds> longest_socket_dwell(State state, const KernelLimits& limits) {
  return longest_of(limits,
                    [&](const DwellBound& bound) { return bound.state == state && bound.body == Body::socket; });
}

}  // namespace tcpstat::machine
