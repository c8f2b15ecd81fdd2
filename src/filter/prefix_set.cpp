#include "filter/prefix_set.h"

#include <algorithm>

namespace tcpstat::filter {
namespace {

std::uint32_t number_of(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U | std::uint32_t{bytes[2]} << 8U | bytes[3];
}

}  // namespace

PrefixSet::PrefixSet(std::vector<Prefix> prefixes) {
  // Sorted by network, the shorter one first where networks are equal: a prefix that lies in another one comes after
  // it.
  std::sort(prefixes.begin(), prefixes.end());
  for (const Prefix& prefix : prefixes) {
    if (prefix.network.family == Family::ipv6) {
      const bool within = !ipv6_.empty() && ipv6_.back().length <= prefix.length &&
                          prefix_of(prefix.network, ipv6_.back().length) == ipv6_.back();
      if (!within) ipv6_.push_back(prefix);
      continue;
    }
    const std::uint32_t first = number_of(prefix.network.bytes.data());
    if (!ipv4_.empty() && first <= ipv4_.back().last) continue;
    const std::uint32_t rest = prefix.length == 0 ? UINT32_MAX : (std::uint32_t{1} << (32U - prefix.length)) - 1;
    ipv4_.push_back({first, first | rest});
  }
}

bool PrefixSet::contains_ipv4(const std::uint8_t* bytes) const {
  const std::uint32_t number = number_of(bytes);
  const auto after = std::upper_bound(ipv4_.begin(), ipv4_.end(), number,
                                      [](std::uint32_t value, const Ipv4Range& range) { return value < range.first; });
  return after != ipv4_.begin() && number <= std::prev(after)->last;
}

bool PrefixSet::contains(const Address& address) const {
  if (address.family == Family::ipv4) return contains_ipv4(address.bytes.data());
  if (address.is_v4_mapped() && contains_ipv4(address.bytes.data() + 12)) return true;
  const auto after =
      std::upper_bound(ipv6_.begin(), ipv6_.end(), address,
                       [](const Address& value, const Prefix& prefix) { return value.bytes < prefix.network.bytes; });
  return after != ipv6_.begin() && prefix_of(address, std::prev(after)->length) == *std::prev(after);
}

}  // namespace tcpstat::filter
