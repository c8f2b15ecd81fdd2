#pragma once
// Counts over one dump, as the survey hands them to a renderer.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/listener.h"
#include "report/metrics.h"

namespace tcpstat::inline report {

/// The value of one key in one group: unknown, a number or text. Text may be hostile.
using GroupValue = std::variant<std::monostate, std::uint64_t, std::string>;

struct Group {
  std::vector<GroupValue> values;  ///< one for each key
  /// Nothing: the source cannot show such rows, or they were not asked for.
  std::optional<std::uint64_t> count;
};

/// `count` rows were counted for `key`; the true number lies between that and `count` + `error`.
struct TopEntry {
  std::string key;
  std::uint64_t count;
  std::uint64_t error;
};

/// Connections of Multipath TCP, and the TCP connections that carry them.
struct MptcpCounts {
  std::uint64_t connections = 0;
  std::uint64_t subflows = 0;
};

struct Summary {
  std::vector<std::string> keys;
  std::vector<Group> groups;
  /// The rest is there only for the default keys, state × family.
  bool details = false;
  std::vector<Group> phases;
  std::vector<Listener> listeners;
  std::vector<TopEntry> top_remotes;
  std::vector<TopEntry> top_prefixes;
  /// Nothing if the kernel does not know MPTCP, or was not asked.
  std::optional<MptcpCounts> mptcp = {};
  /// Only for a format that writes nothing else.
  std::optional<Metrics> metrics = {};
  KernelCounters counters = {};
};

}  // namespace tcpstat::inline report
