#pragma once
// netlink attributes, netlink(7): | nlattr 4 | payload, padded to 4 | …

#include <linux/netlink.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

namespace tcpstat::netlink {

/// Calls `attribute(type, payload)` for each; false if a length is wrong, or as soon as `attribute` says so.
template <typename Attribute>
bool for_attributes(std::span<const std::byte> rest, Attribute attribute) {
  while (!rest.empty()) {
    nlattr header;
    if (rest.size() < sizeof header) return false;
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > rest.size()) return false;
    const auto payload = rest.subspan(sizeof header, header.nla_len - sizeof header);
    // Without the flags NLA_F_NESTED and NLA_F_NET_BYTEORDER.
    if (!attribute(static_cast<unsigned>(header.nla_type & NLA_TYPE_MASK), payload)) return false;
    const std::size_t padded = NLA_ALIGN(header.nla_len);
    rest = rest.subspan(padded < rest.size() ? padded : rest.size());
  }
  return true;
}

/// The number at the front, in the byte order that it has; false if the payload is too short.
template <typename T>
bool take_number(std::span<const std::byte> payload, std::optional<T>& to) {
  if (payload.size() < sizeof(T)) return false;
  std::memcpy(&to.emplace(), payload.data(), sizeof(T));
  return true;
}

}  // namespace tcpstat::netlink
