#include "support/netlink.h"

#include <arpa/inet.h>

#include <cstring>

namespace tcpstat::test {
namespace {

std::string padded(std::string text) {
  text.resize((text.size() + 3U) & ~std::size_t{3});
  return text;
}

}  // namespace

std::string framed(std::string_view payload, std::uint16_t type, std::uint32_t sequence, std::uint32_t port) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + payload.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_MULTI;
  header.nlmsg_seq = sequence;
  header.nlmsg_pid = port;
  return padded(raw(header).append(payload));
}

std::string framed_number(std::uint16_t type, std::int32_t number, std::uint32_t sequence, std::uint32_t port) {
  return framed(raw(number), type, sequence, port);
}

std::string done() { return framed_number(NLMSG_DONE, 0); }

Message::Message(const Endpoint& local, const Endpoint& remote, unsigned state) {
  head.idiag_family = local.address.family == Family::ipv4 ? AF_INET : AF_INET6;
  head.idiag_state = static_cast<std::uint8_t>(state);
  std::memcpy(head.id.idiag_src, local.address.bytes.data(), local.address.bytes.size());
  std::memcpy(head.id.idiag_dst, remote.address.bytes.data(), remote.address.bytes.size());
  head.id.idiag_sport = htons(local.port);
  head.id.idiag_dport = htons(remote.port);
}

Message& Message::attribute(std::uint16_t type, std::string_view payload) {
  nlattr header{};
  header.nla_len = static_cast<std::uint16_t>(sizeof header + payload.size());
  header.nla_type = type;
  attributes_ += padded(raw(header).append(payload));
  return *this;
}

}  // namespace tcpstat::test
