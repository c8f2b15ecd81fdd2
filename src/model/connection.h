#pragma once
// One row of a dump: a connection in any state but LISTEN. Listeners are model/listener.h, because the kernel puts
// connections, not bytes, into their queue fields (net/ipv4/tcp_diag.c, tcp_diag_get_info()).
// Absent is not zero: what a source does not know is nullopt or empty.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "model/address.h"
#include "model/owner.h"
#include "model/row_flag.h"
#include "model/state.h"
#include "model/tcp_info.h"
#include "model/traffic.h"

namespace tcpstat::inline model {

/// Where a row was read.
enum class Origin : std::uint8_t { netlink, proc, file };

/// "netlink", "proc" or "file".
std::string_view name(Origin origin);

/// The timer that runs for a connection; numbers are the kernel's (idiag_timer, and the `tr` column of /proc/net/tcp).
enum class TimerKind : std::uint8_t {
  none = 0,
  retransmit = 1,
  keepalive = 2,
  time_wait = 3,
  probe = 4,        ///< zero-window probe
  delayed_ack = 5,  ///< Linux 7.1
  unknown = 255,
};

/// "retransmit"; empty for unknown.
std::string_view name(TimerKind kind);
/// The kind with this name, or unknown.
TimerKind timer_from_name(std::string_view word);

/// How a subflow came into its connection of Multipath TCP (RFC 8684): as the initial one, or by MP_JOIN. A backup
/// carries data only if no other subflow can.
enum class MptcpRole : std::uint8_t { unknown, initial, joined, initial_backup, joined_backup };

/// "joined-backup"; empty for unknown.
std::string_view name(MptcpRole role);
/// The role with this name, or unknown.
MptcpRole mptcp_role_from_name(std::string_view word);

/// What every TCP socket has, listening or not.
struct Socket {
  Endpoint local;
  /// AF_INET6 sockets are ipv6 also when they carry IPv4 (then their addresses are v4-mapped).
  Family family = Family::ipv4;
  Origin origin = Origin::netlink;
  /// Nothing for requests and time-wait sockets: the kernel prints 0 or the listener's uid there.
  std::optional<std::uint32_t> uid;
  /// Zero: no file refers to it.
  std::uint64_t inode = 0;
  /// The socket's address in kernel memory as /proc prints it: hashed, and zero if kernel.kptr_restrict hides it.
  std::uint64_t kernel_address = 0;
  /// The kernel's identity of the socket, kept from request to connection to time-wait; netlink only.
  std::optional<std::uint64_t> cookie;
  /// Inode of its network namespace, or what stands for it (kUnreadNetns); zero: that of the run, or not known.
  std::uint64_t netns = 0;
  /// Index of the device it is bound to; zero: none, or not known.
  std::uint32_t interface = 0;
  std::optional<std::uint32_t> mark;
  /// IPV6_V6ONLY of an IPv6 socket: whether it leaves IPv4 to others.
  std::optional<bool> v6only;
  /// Whether the kernel chose the local port; known where a filter asks for it (Query).
  std::optional<bool> autobound;
  /// Upper-layer protocol (TCP_ULP) as the kernel names it: "mptcp", "tls"; hostile text, ended by a zero byte.
  std::array<char, 16> ulp{};
  std::optional<std::uint64_t> cgroup;
  /// INET_DIAG_SKMEMINFO, if Query::parts asked for memory: packets dropped since the socket was made (for a listener,
  /// SYNs and ACKs), the receive buffer's limit, and how much of it received segments take.
  std::optional<std::uint32_t> drops;
  std::optional<std::uint32_t> recv_buffer_bytes;
  std::optional<std::uint32_t> recv_memory_bytes;
  /// Memory of segments that the device holds, the send buffer's limit, and memory of what waits to be sent or
  /// acknowledged; what the socket has reserved and not used; what its options take; what waits until a process lets go
  /// of the socket's lock.
  std::optional<std::uint32_t> send_memory_bytes;
  std::optional<std::uint32_t> send_buffer_bytes;
  std::optional<std::uint32_t> queued_memory_bytes;
  std::optional<std::uint32_t> reserved_memory_bytes;
  std::optional<std::uint32_t> option_memory_bytes;
  std::optional<std::uint32_t> backlog_memory_bytes;
  /// IP_TRANSPARENT and IP_FREEBIND: whether it may have an address that is not this host's. Only full sockets tell.
  std::optional<bool> transparent;
  std::optional<bool> freebind;
  /// Multipath TCP: the token by which this host knows the connection that the socket is, or is a subflow of (RFC 8684,
  /// 3.2), and the subflow's role.
  std::optional<std::uint32_t> mptcp_token;
  MptcpRole mptcp_role = MptcpRole::unknown;
  /// Who holds it; meaningful if owners_known. Valid during the call that hands the row over.
  std::span<const Owner> owners;
  bool owners_known = false;
  Orphan orphan = Orphan::none;
};

/// What the congestion control algorithm reports about itself (struct tcp_bbr_info, struct tcp_dctcp_info).
struct CongestionValues {
  enum class Kind : std::uint8_t { none, bbr, dctcp };
  static constexpr std::size_t kNumbers = 4;

  Kind kind = Kind::none;
  /// bbr: bandwidth in bytes a second, smallest round-trip time in microseconds, gains of pacing and window in percent.
  /// dctcp: whether the last segment had a congestion mark, the share of marks (1024 is all), bytes marked and in all.
  std::array<std::uint64_t, kNumbers> numbers{};
};

struct Connection : Socket {
  Endpoint remote;
  State state = State::close;
  /// A minisocket (SYN_RECV request or time-wait), not a full socket; FIN_WAIT2 and SYN_RECV come as both.
  bool minisocket = false;
  TimerKind timer = TimerKind::none;
  /// Milliseconds until the timer fires.
  std::optional<std::uint32_t> timer_ms;
  /// Netlink counts SYN+ACK retransmits of requests, /proc their timeouts: not the same number.
  std::optional<std::uint32_t> retransmits;
  std::optional<std::uint32_t> recv_queue;  ///< bytes not yet read; a received FIN counts as one
  std::optional<std::uint32_t> send_queue;  ///< bytes not yet acknowledged; a sent SYN or FIN counts as one
  /// Estimated from the timers (model/age.h); nothing where they do not tell.
  std::optional<std::uint64_t> age_ms;
  /// What is unusual about the row (model/row_rules.h).
  RowFlags flags;
  /// Empty if not asked for. Valid during the call.
  TcpInfo tcp_info;
  /// Since an earlier sample; null if none was compared. Valid during the call.
  const Rates* rates = nullptr;
  /// Name of the congestion control algorithm, hostile text; empty if not asked for. Valid during the call.
  std::string_view congestion;
  CongestionValues congestion_values;
};

static_assert(std::is_trivially_copyable_v<Connection>, "rows are copied by the million");

/// How full the receive buffer is, 0 to about 1; nothing if its limit is not known. The window closes by the memory
/// that segments take, not by their bytes (include/net/tcp.h, tcp_space()): over loopback a buffer that takes no more
/// holds data for 50 to 99 % of its limit.
std::optional<double> recv_buffer_fill(const Connection& connection);

/// Why this connection has no owner as far as state and inode tell; none for one with an inode.
Orphan orphan_reason(const Connection& connection);

}  // namespace tcpstat::inline model
