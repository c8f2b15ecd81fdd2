#include "diagnose/row_groups.h"

#include <algorithm>
#include <cstring>

#include "base/quantity_text.h"

namespace tcpstat::diagnose {

LocalPorts::LocalPorts(const KernelSettings& settings)
    : first_(settings.first_local_port.value_or(kFirst)), last_(settings.last_local_port.value_or(kLast)) {}

ServicePort service_port(const Connection& row, const LocalPorts& ports) {
  const ServicePort there{Opened::there, row.local.port};
  const ServicePort here{Opened::here, row.remote.port};
  if (ports.listens(row.local.port) || !ports.in_range(row.local.port)) return there;
  if (ports.knows_listeners() || !ports.in_range(row.remote.port)) return here;
  return row.remote.port < row.local.port ? here : there;
}

void RowGroup::add(const Connection& row, std::optional<std::uint64_t> age_ms, const LocalPorts& ports) {
  const ServicePort port = service_port(row, ports);
  if (rows++ == 0) {
    service = port;
    local_port_ = row.local.port;
    remote_port_ = row.remote.port;
  } else if (port.port != service.port) {
    more_services = true;
  }
  local_ports_differ_ = local_ports_differ_ || row.local.port != local_port_;
  remote_ports_differ_ = remote_ports_differ_ || row.remote.port != remote_port_;
  if (process.empty() && !row.owners.empty()) {
    process = row.owners.front().name;
    pid = row.owners.front().pid;
  }
  if (age_ms) {
    oldest_ms = std::max(oldest_ms.value_or(0), *age_ms);
    youngest_ms = std::min(youngest_ms.value_or(*age_ms), *age_ms);
  }
  worst = std::max(worst, row.retransmits.value_or(0));
  states |= row.state;
}

std::optional<ServicePort> RowGroup::shared_service() const {
  if (local_ports_differ_ == remote_ports_differ_) return std::nullopt;
  return local_ports_differ_ ? ServicePort{Opened::here, remote_port_} : ServicePort{Opened::there, local_port_};
}

std::size_t GroupHash::operator()(const GroupKey& key) const {
  std::array<std::uint64_t, 4> words{};
  std::memcpy(words.data(), key.endpoint.address.bytes.data(), key.endpoint.address.bytes.size());
  words[2] = std::uint64_t{key.pid} << 32U | std::uint64_t{key.endpoint.port} << 8U |
             static_cast<std::uint64_t>(key.endpoint.address.family);
  words[3] = key.interface;
  return static_cast<std::size_t>(hash(words));
}

RowGroup& RowGroups::of(const GroupKey& key) {
  const auto at = groups_.find(key);
  if (at != groups_.end()) return at->second;
  if (groups_.size() == kMost) halve();
  return groups_[key];
}

const RowGroup* RowGroups::find(const GroupKey& key) const {
  const auto at = groups_.find(key);
  return at == groups_.end() ? nullptr : &at->second;
}

std::string RowGroups::how_many(std::string_view noun) const {
  return (lost_ > 0 ? "more than " : "") + counted(groups_.size(), noun);
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

GroupKey holder_of(const Connection& row, const LocalPorts& ports) {
  if (!row.owners.empty()) return {row.owners.front().pid, {}};
  if (service_port(row, ports).opened == Opened::here) return destination_of(row);
  return {0, {{}, row.local.port}};
}

GroupKey peer_of(const Connection& row) { return {0, {row.remote.address.unmapped(), 0}}; }

GroupKey destination_of(const Connection& row) { return {0, row.remote.unmapped()}; }

Subject subject_of(const GroupKey& key, const RowGroup& group) {
  if (key.pid != 0) return Subject::process(group.process, key.pid);
  if (key.endpoint.address.is_wildcard()) return Subject::port(key.endpoint.port);
  return key.endpoint.port == 0 ? Subject::address(key.endpoint.address) : Subject::endpoint(key.endpoint);
}

}  // namespace tcpstat::diagnose
