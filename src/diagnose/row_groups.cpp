#include "diagnose/row_groups.h"

#include <algorithm>
#include <cstring>

namespace tcpstat::diagnose {
namespace {

// Where net.ipv4.ip_local_port_range begins and ends unless somebody changes it (net/ipv4/af_inet.c,
// inet_init_net()).
constexpr std::uint16_t kFirstPort = 32768;
constexpr std::uint16_t kLastPort = 60999;

Endpoint unmapped(const Endpoint& endpoint) { return {endpoint.address.unmapped(), endpoint.port}; }

}  // namespace

ServicePort service_port(const Connection& row, const KernelSettings& settings) {
  const std::uint16_t first = settings.first_local_port.value_or(kFirstPort);
  const std::uint16_t last = settings.last_local_port.value_or(kLastPort);
  const auto taken = [&](std::uint16_t port) { return port >= first && port <= last; };
  if (taken(row.local.port) && !taken(row.remote.port)) return {Opened::here, row.remote.port};
  return {Opened::there, row.local.port};
}

void RowGroup::add(const Connection& row, std::optional<std::uint64_t> age_ms, const KernelSettings& settings) {
  const ServicePort port = service_port(row, settings);
  if (rows++ == 0) {
    service = port;
  } else if (port.port != service.port) {
    more_services = true;
  }
  if (process.empty() && !row.owners.empty()) {
    process = row.owners.front().name;
    pid = row.owners.front().pid;
  }
  if (age_ms) oldest_ms = std::max(oldest_ms.value_or(0), *age_ms);
  worst = std::max(worst, row.retransmits.value_or(0));
}

std::size_t GroupHash::operator()(const GroupKey& key) const {
  std::array<std::uint64_t, 3> words{};
  std::memcpy(words.data(), key.endpoint.address.bytes.data(), key.endpoint.address.bytes.size());
  words[2] = std::uint64_t{key.pid} << 32U | std::uint64_t{key.endpoint.port} << 8U |
             static_cast<std::uint64_t>(key.endpoint.address.family);
  return static_cast<std::size_t>(hash(words));
}

RowGroup& RowGroups::of(const GroupKey& key) {
  const auto at = groups_.find(key);
  if (at != groups_.end()) return at->second;
  if (groups_.size() == kMost) halve();
  return groups_[key];
}

void RowGroups::halve() {
  const std::vector<Entry> all = largest();
  lost_ += all[kMost / 2].group->rows;
  for (std::size_t i = kMost / 2; i < all.size(); ++i) groups_.erase(all[i].key);
}

std::vector<RowGroups::Entry> RowGroups::largest() const {
  std::vector<Entry> out;
  out.reserve(groups_.size());
  for (const auto& [key, group] : groups_) out.push_back({key, &group});
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) {
    return a.group->rows != b.group->rows ? a.group->rows > b.group->rows : a.key < b.key;
  });
  return out;
}

GroupKey holder_of(const Connection& row, const KernelSettings& settings) {
  if (!row.owners.empty()) return {row.owners.front().pid, {}};
  if (service_port(row, settings).opened == Opened::here) return destination_of(row);
  return {0, {{}, row.local.port}};
}

GroupKey peer_of(const Connection& row) { return {0, {row.remote.address.unmapped(), 0}}; }

GroupKey destination_of(const Connection& row) { return {0, unmapped(row.remote)}; }

Subject subject_of(const GroupKey& key, const RowGroup& group) {
  if (key.pid != 0) return Subject::process(group.process, key.pid);
  if (key.endpoint.address.is_wildcard()) return Subject::port(key.endpoint.port);
  return key.endpoint.port == 0 ? Subject::address(key.endpoint.address) : Subject::endpoint(key.endpoint);
}

}  // namespace tcpstat::diagnose
