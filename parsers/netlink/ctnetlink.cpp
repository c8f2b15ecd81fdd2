#include "parsers/netlink/ctnetlink.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <cstring>

#include "parsers/netlink/netlink_attributes.h"

namespace tcpstat::netlink::ctnetlink {
namespace {

constexpr std::uint16_t kMessageType = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_NEW;

struct Tuple {
  std::optional<Address> source;
  std::optional<Address> destination;
  std::optional<std::uint16_t> source_port;  // big-endian, as the next
  std::optional<std::uint16_t> destination_port;
  std::optional<std::uint8_t> protocol;

  [[nodiscard]] bool whole() const { return source && destination && source_port && destination_port; }
};

bool take_address(std::span<const std::byte> payload, Family family, std::optional<Address>& to) {
  const std::size_t bytes = family == Family::ipv4 ? 4 : 16;
  if (payload.size() < bytes) return false;
  to.emplace().family = family;
  std::memcpy(to->bytes.data(), payload.data(), bytes);
  return true;
}

bool read_addresses(std::span<const std::byte> nested, Tuple& out) {
  return for_attributes(nested, [&](unsigned type, std::span<const std::byte> payload) {
    switch (type) {
      case CTA_IP_V4_SRC:
        return take_address(payload, Family::ipv4, out.source);
      case CTA_IP_V4_DST:
        return take_address(payload, Family::ipv4, out.destination);
      case CTA_IP_V6_SRC:
        return take_address(payload, Family::ipv6, out.source);
      case CTA_IP_V6_DST:
        return take_address(payload, Family::ipv6, out.destination);
      default:
        return true;
    }
  });
}

bool read_protocol(std::span<const std::byte> nested, Tuple& out) {
  return for_attributes(nested, [&](unsigned type, std::span<const std::byte> payload) {
    switch (type) {
      case CTA_PROTO_NUM:
        return take_number(payload, out.protocol);
      case CTA_PROTO_SRC_PORT:
        return take_number(payload, out.source_port);
      case CTA_PROTO_DST_PORT:
        return take_number(payload, out.destination_port);
      default:
        return true;
    }
  });
}

bool read_tuple(std::span<const std::byte> nested, Tuple& out) {
  return for_attributes(nested, [&](unsigned type, std::span<const std::byte> payload) {
    if (type == CTA_TUPLE_IP) return read_addresses(payload, out);
    if (type == CTA_TUPLE_PROTO) return read_protocol(payload, out);
    return true;
  });
}

bool read_tcp_state(std::span<const std::byte> nested, std::optional<std::uint8_t>& out) {
  return for_attributes(nested, [&](unsigned type, std::span<const std::byte> payload) {
    if (type != CTA_PROTOINFO_TCP) return true;
    return for_attributes(payload, [&](unsigned inner, std::span<const std::byte> value) {
      return inner != CTA_PROTOINFO_TCP_STATE || take_number(value, out);
    });
  });
}

struct Attributes {
  Tuple original;
  Tuple reply;
  std::optional<std::uint8_t> tcp_state;
  std::optional<std::uint32_t> timeout;  // big-endian
  std::optional<std::uint32_t> status;   // big-endian
};

bool read_attributes(std::span<const std::byte> rest, Attributes& out) {
  return for_attributes(rest, [&](unsigned type, std::span<const std::byte> payload) {
    switch (type) {
      case CTA_TUPLE_ORIG:
        return read_tuple(payload, out.original);
      case CTA_TUPLE_REPLY:
        return read_tuple(payload, out.reply);
      case CTA_PROTOINFO:
        return read_tcp_state(payload, out.tcp_state);
      case CTA_TIMEOUT:
        return take_number(payload, out.timeout);
      case CTA_STATUS:
        return take_number(payload, out.status);
      default:
        return true;
    }
  });
}

/// Nothing for a flow that is or was a connection. The ACK of the SYN+ACK makes an entry assured
/// (net/netfilter/nf_conntrack_proto_tcp.c, nf_conntrack_tcp_packet()), so a reset entry that is not assured never was
/// one.
std::optional<State> half_open_state(const Attributes& attributes) {
  switch (*attributes.tcp_state) {
    case TCP_CONNTRACK_SYN_SENT:
      return State::syn_sent;
    case TCP_CONNTRACK_SYN_RECV:
      return State::syn_recv;
    case TCP_CONNTRACK_CLOSE: {
      const bool answered = attributes.status && (ntohl(*attributes.status) & IPS_SEEN_REPLY) != 0;
      const bool assured = !attributes.status || (ntohl(*attributes.status) & IPS_ASSURED) != 0;
      if (answered && !assured) return State::close;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Entry decode(std::span<const std::byte> payload) {
  if (payload.size() < sizeof(nfgenmsg)) return {.flow = {}, .flaw = Flaw::cut_short};
  Attributes attributes;
  if (!read_attributes(payload.subspan(sizeof(nfgenmsg)), attributes)) return {.flow = {}, .flaw = Flaw::bad_length};
  const Tuple& original = attributes.original;
  if (original.protocol != IPPROTO_TCP || !attributes.tcp_state) return {};
  const auto state = half_open_state(attributes);
  if (!state) return {};
  if (!original.whole()) return {.flow = {}, .flaw = Flaw::cut_short};
  TrackedFlow flow;
  flow.source = {*original.source, ntohs(*original.source_port)};
  // The reply comes from the socket that the SYN was translated to (net/netfilter/nf_nat_core.c, nf_nat_setup_info()).
  const bool translated = attributes.reply.whole();
  flow.local = translated ? Endpoint{*attributes.reply.source, ntohs(*attributes.reply.source_port)}
                          : Endpoint{*original.destination, ntohs(*original.destination_port)};
  flow.state = *state;
  if (attributes.timeout) flow.left_s = ntohl(*attributes.timeout);
  return {.flow = flow, .flaw = {}};
}

NetlinkFraming::End Stream::feed(std::span<const std::byte> block) {
  const auto message = [this](std::uint16_t type, std::span<const std::byte> payload) {
    if (type != kMessageType) return Flow::more;
    const Entry entry = decode(payload);
    if (entry.flow) sink_.flow(*entry.flow);
    if (entry.flaw) ++flawed_;
    return Flow::more;
  };
  return framing_.feed(block, message, [this] { ++flawed_; });
}

}  // namespace tcpstat::netlink::ctnetlink
