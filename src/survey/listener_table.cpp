#include "survey/listener_table.h"

#include <cstring>
#include <functional>
#include <string_view>

namespace tcpstat::survey {
namespace {

bool takes_ipv4(const Listener& row) {
  return row.local.address.unmapped().family == Family::ipv4 ||
         (row.local.address.is_wildcard() && !row.v6only.value_or(false));
}

bool takes_ipv6(const Listener& row) { return row.local.address.unmapped().family == Family::ipv6; }

}  // namespace

std::size_t ListenerTable::Hash::operator()(const ListeningEnd& end) const {
  const Address& address = end.local.address;
  const std::string_view bytes(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
  const std::uint64_t rest = std::uint64_t{end.interface} << 16U | end.local.port;
  return std::hash<std::string_view>{}(bytes) ^ static_cast<std::size_t>(rest * 0x9E3779B97F4A7C15ULL);
}

void ListenerTable::add_half_open(const Connection& row) {
  joined_ = false;
  // The two families of a service share its port, and in a dump their requests come in turns.
  const bool ipv6 = row.local.address.family == Family::ipv6;
  Recent& recent = recent_[(row.local.port * std::size_t{2} + (ipv6 ? 1 : 0)) % recent_.size()];
  const bool same = recent.netns == row.netns && recent.interface == row.interface && recent.local == row.local;
  if (recent.count == nullptr || !same) {
    recent = {row.netns, row.interface, row.local, &namespaces_[row.netns][listening_end_of(row)]};
  }
  ++recent.count->half_open;
}

void ListenerTable::add_listener(const Listener& row) {
  Count& count = namespaces_[row.netns][listening_end_of(row)];
  const bool ipv4 = count.takes_ipv4 || takes_ipv4(row);
  const bool ipv6 = count.takes_ipv6 || takes_ipv6(row);
  if (ipv4 == count.takes_ipv4 && ipv6 == count.takes_ipv6) return;
  joined_ = false;
  count.takes_ipv4 = ipv4;
  count.takes_ipv6 = ipv6;
}

void ListenerTable::join(Counts& counts) {
  for (auto& [end, count] : counts) count.taken_ipv4 = count.taken_ipv6 = 0;
  const auto listens = [&](const ListeningEnd& end, Family family) {
    const auto at = counts.find(end);
    return at != counts.end() && (family == Family::ipv4 ? at->second.takes_ipv4 : at->second.takes_ipv6);
  };
  for (const auto& [end, count] : counts) {
    if (count.half_open == 0) continue;
    const auto taker = taker_of(end, listens);
    if (!taker) continue;
    Count& of_taker = counts.find(*taker)->second;
    (end.local.address.family == Family::ipv4 ? of_taker.taken_ipv4 : of_taker.taken_ipv6) += count.half_open;
  }
}

std::uint64_t ListenerTable::half_open(const Listener& row) {
  add_listener(row);
  if (!joined_) {
    for (auto& [netns, counts] : namespaces_) join(counts);
    joined_ = true;
  }
  const Count& count = namespaces_[row.netns][listening_end_of(row)];
  return (takes_ipv4(row) ? count.taken_ipv4 : 0) + (takes_ipv6(row) ? count.taken_ipv6 : 0);
}

}  // namespace tcpstat::survey
