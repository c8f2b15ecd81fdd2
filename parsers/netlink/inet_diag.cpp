#include "parsers/netlink/inet_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/mptcp.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "parsers/netlink/netlink_attributes.h"

namespace tcpstat::netlink::inet_diag {
namespace {

static_assert(sizeof(inet_diag_msg) == 72);

// Each fact is read from where the kernel put it and written to where the row has it, without a copy between them. What
// is collected first and copied then makes the processor wait for its own narrow stores, for each of a million rows.

template <typename T>
T load(std::span<const std::byte> from, std::size_t offset) {
  T value;
  std::memcpy(&value, from.data() + offset, sizeof value);
  return value;
}

/// One of the numbers of INET_DIAG_SKMEMINFO (sk_get_meminfo(), net/core/sock.c); older kernels have fewer.
void take_memory_number(std::span<const std::byte> payload, std::size_t index, std::optional<std::uint32_t>& to) {
  if (payload.size() < (index + 1) * sizeof(std::uint32_t)) return;
  take_number(payload.subspan(index * sizeof(std::uint32_t)), to);
}

std::string_view text_of(std::span<const std::byte> payload) {
  const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  return text.substr(0, text.find('\0'));
}

/// Which MPTCP connection the socket is a subflow of, and in which role (net/mptcp/diag.c, subflow_get_info()).
bool take_subflow(std::span<const std::byte> payload, Socket& to) {
  std::optional<std::uint32_t> flags;
  const auto attribute = [&](unsigned type, std::span<const std::byte> value) {
    if (type == MPTCP_SUBFLOW_ATTR_TOKEN_LOC) return take_number(value, to.mptcp_token);
    if (type == MPTCP_SUBFLOW_ATTR_FLAGS) return take_number(value, flags);
    return true;
  };
  if (!for_attributes(payload, attribute)) return false;
  if (!flags) return true;
  constexpr std::uint32_t kJoined = MPTCP_SUBFLOW_FLAG_JOIN_REM | MPTCP_SUBFLOW_FLAG_JOIN_LOC;
  constexpr std::uint32_t kBackup = MPTCP_SUBFLOW_FLAG_BKUP_REM | MPTCP_SUBFLOW_FLAG_BKUP_LOC;
  const bool backup = (*flags & kBackup) != 0;
  if ((*flags & kJoined) != 0) {
    to.mptcp_role = backup ? MptcpRole::joined_backup : MptcpRole::joined;
  } else {
    to.mptcp_role = backup ? MptcpRole::initial_backup : MptcpRole::initial;
  }
  return true;
}

/// struct inet_diag_sockopt: bit fields, which stand in the order of the processor's.
void take_socket_options(std::span<const std::byte> payload, Socket& to) {
  inet_diag_sockopt options{};
  std::memcpy(&options, payload.data(), std::min(payload.size(), sizeof options));
  to.transparent = options.transparent != 0;
  to.freebind = options.freebind != 0;
}

/// struct mptcp_info; it grows with kernels. A listener has no token, which is zero there.
void take_mptcp_info(std::span<const std::byte> payload, Socket& to) {
  constexpr std::size_t kToken = offsetof(mptcp_info, mptcpi_token);
  if (payload.size() < kToken + sizeof(std::uint32_t)) return;
  const auto token = load<std::uint32_t>(payload, kToken);
  if (token != 0) to.mptcp_token = token;
}

/// Gains have eight bits behind the point.
std::uint64_t percent(std::uint32_t gain) { return std::uint64_t{gain} * 100 / 256; }

/// False if it is cut.
bool take_bbr(std::span<const std::byte> payload, CongestionValues& to) {
  tcp_bbr_info info{};
  if (payload.size() < sizeof info) return false;
  std::memcpy(&info, payload.data(), sizeof info);
  to.kind = CongestionValues::Kind::bbr;
  to.numbers = {std::uint64_t{info.bbr_bw_hi} << 32U | info.bbr_bw_lo, info.bbr_min_rtt, percent(info.bbr_pacing_gain),
                percent(info.bbr_cwnd_gain)};
  return true;
}

/// False if it is cut. Without ECN at the peer, DCTCP acts as Reno and has no numbers.
bool take_dctcp(std::span<const std::byte> payload, CongestionValues& to) {
  tcp_dctcp_info info{};
  if (payload.size() < sizeof info) return false;
  std::memcpy(&info, payload.data(), sizeof info);
  if (info.dctcp_enabled == 0) return true;
  to.kind = CongestionValues::Kind::dctcp;
  to.numbers = {info.dctcp_ce_state, info.dctcp_alpha, info.dctcp_ab_ecn, info.dctcp_ab_tot};
  return true;
}

/// False if the payload is too short for its type. Unknown attributes are passed over.
bool take_attribute(unsigned type, std::span<const std::byte> payload, Socket& to) {
  switch (type) {
    case INET_DIAG_SKMEMINFO:
      take_memory_number(payload, SK_MEMINFO_DROPS, to.drops);
      take_memory_number(payload, SK_MEMINFO_RCVBUF, to.recv_buffer_bytes);
      take_memory_number(payload, SK_MEMINFO_RMEM_ALLOC, to.recv_memory_bytes);
      take_memory_number(payload, SK_MEMINFO_WMEM_ALLOC, to.send_memory_bytes);
      take_memory_number(payload, SK_MEMINFO_SNDBUF, to.send_buffer_bytes);
      take_memory_number(payload, SK_MEMINFO_FWD_ALLOC, to.reserved_memory_bytes);
      take_memory_number(payload, SK_MEMINFO_WMEM_QUEUED, to.queued_memory_bytes);
      take_memory_number(payload, SK_MEMINFO_OPTMEM, to.option_memory_bytes);
      take_memory_number(payload, SK_MEMINFO_BACKLOG, to.backlog_memory_bytes);
      return true;
    case INET_DIAG_SKV6ONLY:
      if (payload.empty()) return false;
      to.v6only = payload[0] != std::byte{0};
      return true;
    case INET_DIAG_ULP_INFO:
      return for_attributes(payload, [&to](unsigned inner, std::span<const std::byte> value) {
        if (inner == INET_ULP_INFO_NAME)
          std::memcpy(to.ulp.data(), value.data(), std::min(value.size(), to.ulp.size() - 1));
        return inner != INET_ULP_INFO_MPTCP || take_subflow(value, to);
      });
    case INET_DIAG_SOCKOPT:
      if (payload.empty()) return false;
      take_socket_options(payload, to);
      return true;
    case INET_DIAG_MARK:
      return take_number(payload, to.mark);
    case INET_DIAG_CGROUP_ID:
      return take_number(payload, to.cgroup);
    default:
      return true;
  }
}

void fill_endpoint(Endpoint& to, Family family, std::span<const std::byte> address, std::uint16_t port) {
  to.address.family = family;
  if (family == Family::ipv4) {
    std::memcpy(to.address.bytes.data(), address.data(), 4);
  } else {
    std::memcpy(to.address.bytes.data(), address.data(), 16);
  }
  to.port = ntohs(port);
}

TimerKind timer_kind(unsigned number) { return number <= 5 ? static_cast<TimerKind>(number) : TimerKind::unknown; }

void fill_socket(Socket& to, std::span<const std::byte> payload, Family family, Protocol protocol) {
  fill_endpoint(to.local, family, payload.subspan(offsetof(inet_diag_msg, id.idiag_src)),
                load<std::uint16_t>(payload, offsetof(inet_diag_msg, id.idiag_sport)));
  to.family = family;
  to.origin = Origin::netlink;
  to.inode = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_inode));
  const auto low = load<std::uint32_t>(payload, offsetof(inet_diag_msg, id.idiag_cookie));
  const auto high = load<std::uint32_t>(payload, offsetof(inet_diag_msg, id.idiag_cookie) + sizeof low);
  const std::uint64_t cookie = std::uint64_t{high} << 32U | low;
  // INET_DIAG_NOCOOKIE, or a zero from a kernel or a dump that does not fill it in, identifies nothing. Nor does that
  // of MPTCP: an accepted socket has the cookie of its listener if that had one already (seen with Linux 6.18).
  if (cookie != ~std::uint64_t{0} && cookie != 0 && protocol == Protocol::tcp) to.cookie = cookie;
  to.interface = load<std::uint32_t>(payload, offsetof(inet_diag_msg, id.idiag_if));
}

/// False if a length is wrong.
bool fill(Listener& to, std::span<const std::byte> payload, Family family, Protocol protocol) {
  fill_socket(to, payload, family, protocol);
  to.uid = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_uid));
  to.accept_queue = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_rqueue));
  to.timer = timer_kind(load<std::uint8_t>(payload, offsetof(inet_diag_msg, idiag_timer)));
  if (to.timer != TimerKind::none) {
    to.timer_ms = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_expires));
    to.retransmits = load<std::uint8_t>(payload, offsetof(inet_diag_msg, idiag_retrans));
  }
  to.accept_limit = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_wqueue));
  return for_attributes(payload.subspan(sizeof(inet_diag_msg)), [&to, protocol](unsigned type, auto rest) {
    if (type == INET_DIAG_INFO && protocol == Protocol::mptcp) take_mptcp_info(rest, to);
    return take_attribute(type, rest, to);
  });
}

/// False if a length is wrong.
bool fill(Connection& to, std::span<const std::byte> payload, Family family, State state, Protocol protocol) {
  fill_socket(to, payload, family, protocol);
  fill_endpoint(to.remote, family, payload.subspan(offsetof(inet_diag_msg, id.idiag_dst)),
                load<std::uint16_t>(payload, offsetof(inet_diag_msg, id.idiag_dport)));
  to.state = state;
  to.timer = timer_kind(load<std::uint8_t>(payload, offsetof(inet_diag_msg, idiag_timer)));
  if (to.timer != TimerKind::none) to.timer_ms = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_expires));
  to.retransmits = load<std::uint8_t>(payload, offsetof(inet_diag_msg, idiag_retrans));
  to.recv_queue = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_rqueue));
  to.send_queue = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_wqueue));
  bool full_socket = false;
  const auto attribute = [&to, &full_socket, protocol](unsigned type, std::span<const std::byte> rest) {
    switch (type) {
      case INET_DIAG_SHUTDOWN:
        // Put for every full socket (net/ipv4/inet_diag.c, inet_diag_msg_attrs_fill()), never for a minisocket.
        full_socket = true;
        return true;
      case INET_DIAG_INFO:
        if (protocol == Protocol::mptcp) {
          take_mptcp_info(rest, to);
        } else {
          to.tcp_info = rest;
        }
        return true;
      case INET_DIAG_CONG:
        to.congestion = text_of(rest);
        return true;
      case INET_DIAG_BBRINFO:
        return take_bbr(rest, to.congestion_values);
      case INET_DIAG_DCTCPINFO:
        return take_dctcp(rest, to.congestion_values);
      default:
        return take_attribute(type, rest, to);
    }
  };
  if (!for_attributes(payload.subspan(sizeof(inet_diag_msg)), attribute)) return false;
  // Of a FIN_WAIT2 that is none, the timer is another.
  to.minisocket = state == State::time_wait || to.timer == TimerKind::time_wait ||
                  (state == State::syn_recv && to.inode == 0 && !full_socket);
  // tcp_req_diag_fill() and tcp_twsk_diag_fill() (net/ipv4/tcp_diag.c) write 0 where there is no owner.
  if (!to.minisocket) to.uid = load<std::uint32_t>(payload, offsetof(inet_diag_msg, idiag_uid));
  return true;
}

/// A connection as its members' initialisers leave it. Connection() sets every byte to zero before them, which takes as
/// long as all the rest.
struct Fresh {
  operator Connection() const {  // NOLINT(google-explicit-constructor): made where the conversion is asked for
    Connection row;
    return row;
  }
};

}  // namespace

Row decode(std::span<const std::byte> payload, Protocol protocol) {
  // The only object that is returned, so that it is built in the caller's place: a row of 250 bytes is not copied.
  Row row(std::in_place_type<Connection>, Fresh{});
  if (payload.size() < sizeof(inet_diag_msg)) {
    row = Flaw::cut_short;
    return row;
  }
  const auto number = load<std::uint8_t>(payload, offsetof(inet_diag_msg, idiag_family));
  if (number != AF_INET && number != AF_INET6) {
    row = Flaw::unknown_family;
    return row;
  }
  const Family family = number == AF_INET ? Family::ipv4 : Family::ipv6;
  const std::optional<State> state =
      state_from_kernel(load<std::uint8_t>(payload, offsetof(inet_diag_msg, idiag_state)));
  if (!state) {
    row = Flaw::unknown_state;
    return row;
  }
  const bool whole = *state == State::listen ? fill(row.emplace<Listener>(), payload, family, protocol)
                                             : fill(*std::get_if<Connection>(&row), payload, family, *state, protocol);
  if (!whole) row = Flaw::bad_length;
  return row;
}

}  // namespace tcpstat::netlink::inet_diag
