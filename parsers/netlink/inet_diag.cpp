#include "parsers/netlink/inet_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cstring>
#include <string_view>

#include "parsers/netlink/netlink_attributes.h"

namespace tcpstat::netlink::inet_diag {
namespace {

static_assert(sizeof(inet_diag_msg) == 72);

/// What the attributes of one message say.
struct Attributes {
  std::optional<std::uint32_t> mark;
  std::optional<std::uint64_t> cgroup;
  std::span<const std::byte> tcp_info;
  std::string_view congestion;
  std::optional<std::uint32_t> drops;
  std::optional<std::uint32_t> recv_buffer_bytes;
  std::optional<std::uint32_t> recv_memory_bytes;
  bool full_socket = false;
};

/// One of the numbers of INET_DIAG_SKMEMINFO (sk_get_meminfo(), net/core/sock.c); older kernels have fewer.
std::optional<std::uint32_t> memory_number(std::span<const std::byte> payload, std::size_t index) {
  std::optional<std::uint32_t> number;
  if (payload.size() >= (index + 1) * sizeof(std::uint32_t))
    take_number(payload.subspan(index * sizeof(std::uint32_t)), number);
  return number;
}

std::string_view text_of(std::span<const std::byte> payload) {
  const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  return text.substr(0, text.find('\0'));
}

/// False if a length is wrong. Unknown attributes are passed over.
bool read_attributes(std::span<const std::byte> rest, Attributes& out) {
  return for_attributes(rest, [&out](unsigned type, std::span<const std::byte> payload) {
    switch (type) {
      case INET_DIAG_INFO:
        out.tcp_info = payload;
        break;
      case INET_DIAG_CONG:
        out.congestion = text_of(payload);
        break;
      case INET_DIAG_SKMEMINFO:
        out.drops = memory_number(payload, SK_MEMINFO_DROPS);
        out.recv_buffer_bytes = memory_number(payload, SK_MEMINFO_RCVBUF);
        out.recv_memory_bytes = memory_number(payload, SK_MEMINFO_RMEM_ALLOC);
        break;
      case INET_DIAG_SHUTDOWN:
        // Put for every full socket (net/ipv4/inet_diag.c, inet_diag_msg_attrs_fill()), never for a minisocket.
        out.full_socket = true;
        break;
      case INET_DIAG_MARK:
        return take_number(payload, out.mark);
      case INET_DIAG_CGROUP_ID:
        return take_number(payload, out.cgroup);
      default:
        break;
    }
    return true;
  });
}

Endpoint endpoint(Family family, const __be32* words, __be16 port) {
  Endpoint out;
  out.address.family = family;
  std::memcpy(out.address.bytes.data(), words, family == Family::ipv4 ? 4 : 16);
  out.port = ntohs(port);
  return out;
}

TimerKind timer_kind(unsigned number) { return number <= 5 ? static_cast<TimerKind>(number) : TimerKind::unknown; }

void fill_socket(Socket& to, const inet_diag_msg& message, Family family, const Attributes& attributes) {
  to.local = endpoint(family, message.id.idiag_src, message.id.idiag_sport);
  to.family = family;
  to.origin = Origin::netlink;
  to.inode = message.idiag_inode;
  to.cookie = std::uint64_t{message.id.idiag_cookie[1]} << 32U | message.id.idiag_cookie[0];
  // INET_DIAG_NOCOOKIE, or a zero from a kernel or a dump that does not fill it in, identifies nothing.
  if (*to.cookie == ~std::uint64_t{0} || *to.cookie == 0) to.cookie.reset();
  to.interface = message.id.idiag_if;
  to.mark = attributes.mark;
  to.cgroup = attributes.cgroup;
  to.drops = attributes.drops;
  to.recv_buffer_bytes = attributes.recv_buffer_bytes;
  to.recv_memory_bytes = attributes.recv_memory_bytes;
}

}  // namespace

Row decode(std::span<const std::byte> payload) {
  inet_diag_msg message;
  if (payload.size() < sizeof message) return Flaw::cut_short;
  std::memcpy(&message, payload.data(), sizeof message);

  if (message.idiag_family != AF_INET && message.idiag_family != AF_INET6) return Flaw::unknown_family;
  const Family family = message.idiag_family == AF_INET ? Family::ipv4 : Family::ipv6;
  const std::optional<State> state = state_from_kernel(message.idiag_state);
  if (!state) return Flaw::unknown_state;
  Attributes attributes;
  if (!read_attributes(payload.subspan(sizeof message), attributes)) return Flaw::bad_length;

  if (*state == State::listen) {
    Row decoded(std::in_place_type<Listener>);
    auto& listener = *std::get_if<Listener>(&decoded);
    fill_socket(listener, message, family, attributes);
    listener.uid = message.idiag_uid;
    listener.accept_queue = message.idiag_rqueue;
    listener.accept_limit = message.idiag_wqueue;
    return decoded;
  }

  // Filled where it is returned: a row of 250 bytes is not copied once more for each of a million sockets.
  Row decoded(std::in_place_type<Connection>);
  auto& row = *std::get_if<Connection>(&decoded);
  fill_socket(row, message, family, attributes);
  row.remote = endpoint(family, message.id.idiag_dst, message.id.idiag_dport);
  row.state = *state;
  row.timer = timer_kind(message.idiag_timer);
  row.minisocket = *state == State::time_wait || (*state == State::fin_wait2 && row.timer == TimerKind::time_wait) ||
                   (*state == State::syn_recv && message.idiag_inode == 0 && !attributes.full_socket);
  // tcp_req_diag_fill() and tcp_twsk_diag_fill() (net/ipv4/tcp_diag.c) write 0 where there is no owner.
  if (!row.minisocket) row.uid = message.idiag_uid;
  if (row.timer != TimerKind::none) row.timer_ms = message.idiag_expires;
  row.retransmits = message.idiag_retrans;
  row.recv_queue = message.idiag_rqueue;
  row.send_queue = message.idiag_wqueue;
  row.tcp_info = attributes.tcp_info;
  row.congestion = attributes.congestion;
  return decoded;
}

}  // namespace tcpstat::netlink::inet_diag
