#include "model/connection.h"

#include <algorithm>
#include <array>

namespace tcpstat::inline model {
namespace {

constexpr std::array<std::string_view, 6> kTimerNames = {"none",      "retransmit", "keepalive",
                                                         "time_wait", "probe",      "delayed_ack"};
constexpr std::array<std::string_view, 9> kOrphanNames = {"",
                                                          "time-wait",
                                                          "half-open",
                                                          "not-accepted",
                                                          "closed-by-process",
                                                          "owners-unread",
                                                          "not-permitted",
                                                          "other-pid-namespace",
                                                          "no-process"};
static_assert(kOrphanNames.size() == static_cast<std::size_t>(kLastOrphan) + 1);
constexpr std::array<std::string_view, 3> kOriginNames = {"netlink", "proc", "file"};

}  // namespace

std::string_view name(TimerKind kind) {
  const auto number = static_cast<std::size_t>(kind);
  return number < kTimerNames.size() ? kTimerNames[number] : std::string_view{};
}

TimerKind timer_from_name(std::string_view word) {
  for (std::size_t i = 0; i < kTimerNames.size(); ++i) {
    if (kTimerNames[i] == word) return static_cast<TimerKind>(i);
  }
  return TimerKind::unknown;
}

std::string_view name(MptcpRole role) {
  constexpr auto kNames = std::to_array<std::string_view>({"", "initial", "joined", "initial-backup", "joined-backup"});
  return kNames[static_cast<std::size_t>(role)];
}

MptcpRole mptcp_role_from_name(std::string_view word) {
  for (const MptcpRole role :
       {MptcpRole::initial, MptcpRole::joined, MptcpRole::initial_backup, MptcpRole::joined_backup}) {
    if (name(role) == word) return role;
  }
  return MptcpRole::unknown;
}

std::string_view name(Orphan reason) { return kOrphanNames[static_cast<std::size_t>(reason)]; }

Orphan OwnerSearch::why_none() const {
  if (!saw_processes()) return Orphan::none;
  if (failed > 0) return Orphan::owners_unread;
  if (forbidden > 0) return Orphan::not_permitted;
  return below_host ? Orphan::other_pid_namespace : Orphan::no_process;
}

std::string_view name(Origin origin) { return kOriginNames[static_cast<std::size_t>(origin)]; }

std::optional<double> recv_buffer_fill(const Connection& connection) {
  if (!connection.recv_buffer_bytes || *connection.recv_buffer_bytes == 0) return std::nullopt;
  const auto held = std::max(connection.recv_memory_bytes.value_or(0), connection.recv_queue.value_or(0));
  return static_cast<double>(held) / *connection.recv_buffer_bytes;
}

Orphan orphan_reason(const Connection& connection) {
  if (connection.inode != 0) return Orphan::none;
  switch (connection.state) {
    case State::time_wait:
      return Orphan::time_wait;
    case State::syn_recv:
      // A request has no socket yet. A full SYN_RECV socket without an inode is a Fast Open child
      // (net/ipv4/tcp_fastopen.c, tcp_fastopen_create_child()) that waits in the accept queue.
      return connection.minisocket ? Orphan::half_open : Orphan::not_accepted;
    case State::established:
    case State::close_wait:
      return Orphan::not_accepted;
    case State::fin_wait1:
    case State::fin_wait2:
    case State::closing:
    case State::last_ack:
      return Orphan::closed_by_process;
    case State::syn_sent:
    case State::close:
    case State::listen:
      return Orphan::none;
  }
  return Orphan::none;
}

}  // namespace tcpstat::inline model
