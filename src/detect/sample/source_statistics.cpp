#include "detect/sample/source_statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "detect/sample/tuple_hash.h"
#include "model/address.h"

namespace tcpstat::detect {
namespace {

/// An address as two numbers in the order of its bits, and its family.
struct Key {
  std::uint64_t high;
  std::uint64_t low;
  Family family;

  friend auto operator<=>(const Key&, const Key&) = default;
};

std::uint64_t number(const std::uint8_t* bytes) {
  std::uint64_t out = 0;
  for (int i = 0; i < 8; ++i) out = out << 8U | bytes[i];
  return out;
}

Key key_of(const Address& address) {
  return {number(address.bytes.data()), number(address.bytes.data() + 8), address.family};
}

Address address_of(const Key& key) {
  Address out{key.family, {}};
  for (std::size_t i = 0; i < 8; ++i) {
    out.bytes[7 - i] = static_cast<std::uint8_t>(key.high >> (8 * i));
    out.bytes[15 - i] = static_cast<std::uint8_t>(key.low >> (8 * i));
  }
  return out;
}

/// Calls `run(first, length)` for each run of neighbours that `same` holds together.
template <typename Same, typename Run>
void for_runs(const std::vector<Key>& sorted, Same same, Run run) {
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i + 1;
    while (end < sorted.size() && same(sorted[i], sorted[end])) ++end;
    run(sorted[i], end - i);
    i = end;
  }
}

/// `v4` and `v6` bits are compared; both lie in the first 64.
TopShare top(const std::vector<Key>& sorted, std::uint8_t v4, std::uint8_t v6) {
  const auto same = [=](const Key& a, const Key& b) {
    const unsigned bits = a.family == Family::ipv4 ? v4 : v6;
    return a.family == b.family && (a.high ^ b.high) >> (64 - bits) == 0;
  };
  std::size_t most = 0;
  Key winner{};
  for_runs(sorted, same, [&](const Key& first, std::size_t length) {
    if (length <= most) return;
    most = length;
    winner = first;
  });
  const Address address = address_of(winner);
  const Prefix network = prefix_of(address, address.family == Family::ipv4 ? v4 : v6);
  return {static_cast<double>(most) / static_cast<double>(sorted.size()), to_string(network), network};
}

SourceStatistics statistics_of(std::vector<Key> keys) {
  // By family first: 1.2.0.0 and 102:: share their first bits.
  std::sort(keys.begin(), keys.end(),
            [](const Key& a, const Key& b) { return a.family != b.family ? a.family < b.family : a < b; });
  const auto all = static_cast<double>(keys.size());
  SourceStatistics out;
  double entropy = 0;
  std::size_t most = 0;
  for_runs(
      keys, [](const Key& a, const Key& b) { return a == b; },
      [&](const Key& first, std::size_t length) {
        const double share = static_cast<double>(length) / all;
        out.unique += 1 / all;
        entropy -= share * std::log2(share);
        if (length <= most) return;
        most = length;
        const Address address = address_of(first);
        out.top_source = {share, to_string(address), prefix_of(address, address_bits(address.family))};
      });
  out.entropy = keys.size() > 1 ? entropy / std::log2(all) : 0;
  out.top_prefix = top(keys, 24, 64);
  out.top_wide_prefix = top(keys, 16, 48);
  return out;
}

}  // namespace

SourceStatistics source_statistics(std::span<const HalfOpen* const> requests) {
  std::vector<Key> keys;
  keys.reserve(requests.size());
  for (const HalfOpen* request : requests) keys.push_back(key_of(request->source));
  return statistics_of(std::move(keys));
}

SourceStatistics source_statistics(std::span<const Address> sources) {
  std::vector<Key> keys;
  keys.reserve(sources.size());
  for (const Address& source : sources) keys.push_back(key_of(source.unmapped()));
  return statistics_of(std::move(keys));
}

}  // namespace tcpstat::detect
