#include "survey/listener_table.h"

#include <cstring>
#include <functional>
#include <string_view>

namespace tcpstat::survey {
namespace {

Endpoint unmapped(const Endpoint& endpoint) { return {endpoint.address.unmapped(), endpoint.port}; }

}  // namespace

std::size_t ListenerTable::Hash::operator()(const End& end) const {
  const Address& address = end.endpoint.address;
  const std::string_view bytes(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
  const std::uint64_t rest = std::uint64_t{end.device} << 16U | end.endpoint.port;
  return std::hash<std::string_view>{}(bytes) ^ static_cast<std::size_t>(rest * 0x9E3779B97F4A7C15ULL);
}

void ListenerTable::add_half_open(const Connection& row) {
  Recent& recent = recent_[row.local.port % recent_.size()];
  const bool same = recent.netns == row.netns && recent.device == row.interface && recent.endpoint == row.local;
  if (recent.count == nullptr || !same) {
    recent = {row.netns, row.interface, row.local, &namespaces_[row.netns][{unmapped(row.local), row.interface}]};
  }
  ++recent.count->half_open;
}

void ListenerTable::add_listener(const Listener& row) {
  Count& count = namespaces_[row.netns][{unmapped(row.local), row.interface}];
  (row.family == Family::ipv4 ? count.listener_v4 : count.listener_v6) = true;
}

bool ListenerTable::listens(const Counts& counts, const Endpoint& endpoint, std::uint32_t device) {
  const auto at = counts.find({endpoint, device});
  return at != counts.end() && at->second.listens();
}

bool ListenerTable::bound_takes(const Counts& counts, const End& requests) {
  if (requests.device == 0) return false;
  const std::uint16_t port = requests.endpoint.port;
  return listens(counts, requests.endpoint, requests.device) || listens(counts, {Address{}, port}, requests.device) ||
         listens(counts, {Address{.family = Family::ipv6, .bytes = {}}, port}, requests.device);
}

std::uint64_t ListenerTable::half_open(const Listener& row) const {
  const auto of_namespace = namespaces_.find(row.netns);
  if (of_namespace == namespaces_.end()) return 0;
  const Counts& counts = of_namespace->second;
  const Endpoint own = unmapped(row.local);
  const bool wildcard = own.address.is_wildcard();
  if (!wildcard && !(row.interface == 0 && own.address.is_link_local())) {
    const auto at = counts.find({own, row.interface});
    return at == counts.end() ? 0 : at->second.half_open;
  }
  // A wildcard listener takes what no listener on the exact address takes; [::] takes IPv4 as well, unless 0.0.0.0
  // listens on the port too (net/ipv4/inet_hashtables.c, compute_score(): the more specific one wins).
  const auto v4_wildcard = counts.find({{Address{}, own.port}, row.interface});
  const bool v4_taken = v4_wildcard != counts.end() && v4_wildcard->second.listener_v4;
  std::uint64_t sum = 0;
  for (const auto& [end, count] : counts) {
    if (end.endpoint.port != own.port || count.half_open == 0) continue;
    const bool own_device = end.device == row.interface || (row.interface == 0 && !bound_takes(counts, end));
    if (!own_device || (!wildcard && end.endpoint != own)) continue;
    const bool v4 = end.endpoint.address.family == Family::ipv4;
    const bool specific =
        wildcard && !end.endpoint.address.is_wildcard() && listens(counts, end.endpoint, row.interface);
    if (specific) continue;
    if (!wildcard || (row.family == Family::ipv4 ? v4 : (!v4 || !v4_taken))) sum += count.half_open;
  }
  return sum;
}

}  // namespace tcpstat::survey
