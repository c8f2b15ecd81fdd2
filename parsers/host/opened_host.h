#pragma once
// The host that was asked for: the namespace, the source and its fallback, names and owners. A saved file is one too.

#include <bit>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/host.h"
#include "parsers/host/shared_owners.h"
#include "parsers/host/sources.h"
#include "report/report.h"

namespace tcpstat::host {

struct HostOptions {
  /// Name, path or process; empty: the namespace that we are in.
  std::string netns = {};
  SourceId source = SourceId::automatic;
  /// For SourceId::file ("-" is standard input) and SourceId::record.
  std::string file = {};
  /// Another /proc; empty: this host's.
  std::string proc_root = {};
  /// Total time to wait for a source; nothing: for ever.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Whether rows are selected by process: a file that does not know processes is refused.
  bool needs_owners = false;
  /// Users whose rows are selected by their names: a file or a saved tree that has numbers alone is refused.
  std::vector<std::string> user_names = {};
  /// Whether rows are selected by whether the kernel chose their ports: only a live kernel tells.
  bool needs_autobound = false;
  /// Devices and control groups that rows are selected by: a live host refuses those that it does not have.
  std::vector<std::string> devices = {};
  std::vector<std::string> cgroups = {};
  /// The byte order of saved text of /proc; nothing: it is guessed from the text.
  std::optional<std::endian> byte_order = {};
  /// Which sample of a saved file, from 1; nothing: the last.
  std::optional<std::uint64_t> sample = {};
  /// Show the last sample up to this time since 1970; nothing: the last of all.
  std::optional<std::chrono::microseconds> at = {};
  /// Whether to read a file's samples of MPTCP instead of those of TCP.
  bool mptcp = false;
  /// Null: each host looks for itself.
  std::shared_ptr<SharedOwners> shared_owners = {};
};

/// Enters the namespace and opens what can be opened before the first row. With SourceId::automatic the next source is
/// tried if one fails before its first row.
Expected<std::unique_ptr<Host>> open_host(const HostOptions& options);

/// Version, time, and the host and kernel that `root` (empty: this host) tells; no namespace.
RunFacts host_facts(const std::string& root);

/// The warning for a dump of `rows` rows if net.ipv4.tcp_ehash_entries reads `entries`; nothing if the chains are
/// short.
std::optional<std::string> long_chains(std::uint64_t rows, std::string_view entries);

}  // namespace tcpstat::host
