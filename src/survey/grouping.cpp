#include "survey/grouping.h"

#include <algorithm>
#include <array>
#include <set>

#include "model/column_values.h"
#include "survey/top_remotes.h"

namespace tcpstat::survey {
namespace {

GroupValue text(std::string_view word) { return std::string(word); }

GroupValue user(const Socket& row, Names& names) {
  if (!row.uid) return {};
  const std::string_view name = names.user(*row.uid);
  return name.empty() ? std::to_string(*row.uid) : std::string(name);
}

/// "%eth0", for an address that means something else on each device (RFC 4007). A device without a name is told by its
/// number.
std::string scope(const Socket& row, Names& names) {
  return row.interface == 0 ? "" : "%" + device_text(names, row.netns, row.interface);
}
std::string address_text(const Socket& row, const Address& address, Names& names) {
  return to_string(address.unmapped()) + (address.is_link_local() ? scope(row, names) : "");
}
/// Address and port in the form of the columns LOCAL and REMOTE.
std::string end_text(const Endpoint& end, const std::string& scope) {
  std::string out = to_string(end.unmapped());
  const std::size_t behind = out.front() == '[' ? out.rfind(']') : out.rfind(':');
  return out.insert(behind, scope);
}

/// Whether what a column shows is one number or one text.
constexpr bool has_one_value(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::word:
    case ColumnKind::foreign:
    case ColumnKind::boolean:
    case ColumnKind::netns:
    case ColumnKind::user:
    case ColumnKind::number:
    case ColumnKind::identity:
    case ColumnKind::timer:
      return true;
    case ColumnKind::address:
    case ColumnKind::endpoint:
    case ColumnKind::pids:
    case ColumnKind::processes:
    case ColumnKind::flags:
      return false;
  }
  return false;
}

/// The value that a column shows.
template <ColumnId kId, typename Row>
GroupValue cell_value(const Row& row, Names& names) {
  static_assert(has_one_value(ColumnSpec<kId>::kKind), "a key of its own, with functions of its own");
  const Cell cell = cell_of<kId>(row, names);
  if (cell.kind == Cell::Kind::number) return cell.number;
  return cell.text.empty() ? GroupValue{} : text(cell.text);
}
template <ColumnId kId>
constexpr GroupKey by_column(std::string_view name, std::string_view meaning) {
  return {name, meaning, cell_value<kId, Connection>, cell_value<kId, Listener>, kId};
}

// Ends are un-mapped: one peer is one group, whichever kind of socket it reached.
constexpr auto kKeys = std::to_array<GroupKey>({
    {"state", "TCP state", [](const Connection& row, Names&) { return text(name(row.state)); },
     [](const Listener&, Names&) { return text(name(State::listen)); }},
    {"family", "ipv4 or ipv6", [](const Connection& row, Names&) { return text(name(row.family)); },
     [](const Listener& row, Names&) { return text(name(row.family)); }},
    {"phase", "phase of the connection's life",
     [](const Connection& row, Names&) { return text(name(info(row.state).phase)); },
     [](const Listener&, Names&) { return text(name(Phase::listening)); }},
    {"local_port", "local port",
     [](const Connection& row, Names&) { return GroupValue{std::uint64_t{row.local.port}}; },
     [](const Listener& row, Names&) { return GroupValue{std::uint64_t{row.local.port}}; }},
    by_column<ColumnId::REMOTE_PORT>("remote_port", "remote port"),
    {"local", "local address and port",
     [](const Connection& row, Names& names) { return GroupValue{end_text(row.local, scope(row, names))}; },
     [](const Listener& row, Names& names) { return GroupValue{end_text(row.local, scope(row, names))}; }},
    {"local_address", "local address",
     [](const Connection& row, Names& names) { return GroupValue{address_text(row, row.local.address, names)}; },
     [](const Listener& row, Names& names) { return GroupValue{address_text(row, row.local.address, names)}; }},
    {"remote", "remote address and port",
     [](const Connection& row, Names& names) {
       if (row.state == State::close) return GroupValue{};
       // The peer is bound to no device of ours.
       return GroupValue{end_text(row.remote, row.remote.address.is_link_local() ? scope(row, names) : "")};
     },
     [](const Listener&, Names&) { return GroupValue{}; }},
    {"remote_address", "remote address",
     [](const Connection& row, Names& names) {
       return row.state == State::close ? GroupValue{} : GroupValue{address_text(row, row.remote.address, names)};
     },
     [](const Listener&, Names&) { return GroupValue{}; }},
    {"remote_prefix", "remote network: /24 or /64",
     [](const Connection& row, Names&) {
       return row.state == State::close ? GroupValue{} : GroupValue{to_string(remote_prefix(row.remote.address))};
     },
     [](const Listener&, Names&) { return GroupValue{}; }},
    {"user", "user who owns the socket", [](const Connection& row, Names& names) { return user(row, names); },
     [](const Listener& row, Names& names) { return user(row, names); }},
    by_column<ColumnId::INTERFACE>("interface", "device that the socket is bound to"),
    by_column<ColumnId::NETNS>("netns", "network namespace"),
    by_column<ColumnId::CGROUP>("cgroup", "control group"),
    by_column<ColumnId::UNIT>("unit", "systemd unit"),
    by_column<ColumnId::CONTAINER>("container", "container"),
    by_column<ColumnId::CONTAINER_NAME>("container_name", "name of the container"),
    by_column<ColumnId::POD>("pod", "Kubernetes pod"),
    by_column<ColumnId::ULP>("ulp", "protocol on top of TCP"),
    by_column<ColumnId::MPTCP_TOKEN>("mptcp_token", "connection of MPTCP, by its token"),
    by_column<ColumnId::MPTCP_ROLE>("mptcp_role", "which subflow of a connection of MPTCP it is"),
    by_column<ColumnId::TIMER>("timer", "timer that runs"),
    by_column<ColumnId::MARK>("mark", "firewall mark"),
    by_column<ColumnId::CONGESTION>("congestion", "congestion control algorithm"),
    by_column<ColumnId::ORPHAN>("orphan", "why no process holds the socket"),
});

template <typename Row>
GroupValue value_of(std::string_view key, const Row& row, Names& names) {
  for (const GroupKey& candidate : kKeys) {
    if (candidate.name != key) continue;
    if constexpr (std::is_same_v<Row, Connection>) {
      return candidate.value(row, names);
    } else {
      return candidate.listener_value(row, names);
    }
  }
  return {};
}

}  // namespace

std::span<const GroupKey> group_keys() { return kKeys; }

ColumnNeeds needs_of_key(std::string_view key) {
  if (key == kProcessKey || key == kPidKey) return {.owners = OwnersNeed::required};
  // Without a search, a count could not tell sockets that have a process from those that nobody looked for.
  if (key == "orphan") return {.owners = OwnersNeed::helpful};
  const auto* found = std::find_if(kKeys.begin(), kKeys.end(), [key](const GroupKey& one) { return one.name == key; });
  if (found == kKeys.end() || !found->column) return {};
  return needs_of(column(*found->column));
}

std::vector<std::string_view> group_key_names() {
  std::vector<std::string_view> out;
  for (const GroupKey& key : kKeys) out.push_back(key.name);
  out.push_back(kProcessKey);
  out.push_back(kPidKey);
  return out;
}

Grouping::Grouping(std::vector<std::string> keys, Names& names) : keys_(std::move(keys)), names_(names) {}

template <typename Row>
void Grouping::add(const Row& row) {
  std::vector<GroupValue> values;
  std::optional<std::size_t> process;
  std::optional<std::size_t> pid;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == kProcessKey) process = i;
    if (keys_[i] == kPidKey) pid = i;
    values.push_back(value_of(keys_[i], row, names_));
  }
  if ((!process && !pid) || row.owners.empty()) {
    ++counts_[std::move(values)];
    return;
  }
  // A shared socket counts once for each process that holds it, however many descriptors each has.
  std::set<std::uint32_t> pids;
  for (const Owner& owner : row.owners) {
    if (!pids.insert(owner.pid).second) continue;
    if (process) values[*process] = std::string(owner.name);
    if (pid) values[*pid] = std::uint64_t{owner.pid};
    ++counts_[values];
  }
}

Flow Grouping::connection(const Connection& row) {
  add(row);
  return Flow::more;
}

Flow Grouping::listener(const Listener& row) {
  add(row);
  return Flow::more;
}

std::vector<Group> Grouping::groups() const {
  std::vector<Group> out;
  out.reserve(counts_.size());
  for (const auto& [values, count] : counts_) out.push_back({values, count});
  std::stable_sort(out.begin(), out.end(), [](const Group& a, const Group& b) { return a.count > b.count; });
  return out;
}

}  // namespace tcpstat::survey
