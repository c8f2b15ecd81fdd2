#include "parsers/netlink/inet_diag_stream.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "parsers/netlink/inet_diag.h"

namespace tcpstat::netlink {

Flow InetDiagStream::row(std::span<const std::byte> payload) {
  inet_diag::Row decoded = inet_diag::decode(payload, protocol_);
  if (auto* connection = std::get_if<Connection>(&decoded)) return delivery_.deliver(*connection);
  if (auto* listener = std::get_if<Listener>(&decoded)) return delivery_.deliver(*listener);
  delivery_.deliver(std::get<Flaw>(decoded));
  return Flow::more;
}

InetDiagStream::End InetDiagStream::feed(std::span<const std::byte> block) {
  const auto message = [this](std::uint16_t type, std::span<const std::byte> payload) {
    // The kernel answers with the type of the request (net/ipv4/inet_diag.c).
    return type == SOCK_DIAG_BY_FAMILY || type == TCPDIAG_GETSOCK ? row(payload) : Flow::more;
  };
  return framing_.feed(block, message, [this] { delivery_.deliver(Flaw::bad_length); });
}

}  // namespace tcpstat::netlink
