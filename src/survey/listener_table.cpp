#include "survey/listener_table.h"

#include <cstring>
#include <functional>
#include <string_view>

namespace tcpstat::survey {
namespace {

Endpoint unmapped(const Endpoint& endpoint) { return {endpoint.address.unmapped(), endpoint.port}; }

}  // namespace

std::size_t ListenerTable::Hash::operator()(const Endpoint& endpoint) const {
  const std::string_view bytes(reinterpret_cast<const char*>(endpoint.address.bytes.data()),
                               endpoint.address.bytes.size());
  return std::hash<std::string_view>{}(bytes) ^ static_cast<std::size_t>(endpoint.port * 0x9E3779B97F4A7C15ULL);
}

void ListenerTable::add_half_open(const Connection& row) {
  Recent& recent = recent_[row.local.port % recent_.size()];
  if (recent.count == nullptr || recent.netns != row.netns || !(recent.endpoint == row.local)) {
    recent = {row.netns, row.local, &namespaces_[row.netns][unmapped(row.local)]};
  }
  ++recent.count->half_open;
}

void ListenerTable::add_listener(const Listener& row) {
  Count& count = namespaces_[row.netns][unmapped(row.local)];
  (row.family == Family::ipv4 ? count.listener_v4 : count.listener_v6) = true;
}

std::uint64_t ListenerTable::half_open(const Listener& row) const {
  const auto of_namespace = namespaces_.find(row.netns);
  if (of_namespace == namespaces_.end()) return 0;
  const Counts& counts = of_namespace->second;
  if (!row.local.address.is_wildcard()) {
    const auto at = counts.find(unmapped(row.local));
    return at == counts.end() ? 0 : at->second.half_open;
  }
  // A wildcard listener takes what no listener on the exact address takes; [::] takes IPv4 as well, unless 0.0.0.0
  // listens on the port too (net/ipv4/inet_hashtables.c, compute_score(): the more specific one wins).
  const auto v4_wildcard = counts.find({Address{}, row.local.port});
  const bool v4_taken = v4_wildcard != counts.end() && v4_wildcard->second.listener_v4;
  std::uint64_t sum = 0;
  for (const auto& [endpoint, count] : counts) {
    if (endpoint.port != row.local.port || count.half_open == 0) continue;
    const bool v4 = endpoint.address.family == Family::ipv4;
    const bool specific = count.listener_v4 || count.listener_v6;
    if (specific && !endpoint.address.is_wildcard()) continue;
    if (row.family == Family::ipv4 ? v4 : (!v4 || !v4_taken)) sum += count.half_open;
  }
  return sum;
}

}  // namespace tcpstat::survey
