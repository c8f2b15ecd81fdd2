#pragma once
// A place that connections are read from. The list of them, in order of preference, is sources.def.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/coverage.h"
#include "model/kernel_limits.h"
#include "model/names.h"
#include "model/query.h"
#include "model/report.h"
#include "model/sink.h"

namespace tcpstat {

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// "netlink", "proc", "both" or "file".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Before the first row: replaces the facts that a saved file tells about its host. Live sources have none.
  virtual Expected<void> prepare(RunFacts& facts) {
    static_cast<void>(facts);
    return {};
  }
  /// Names that came with the rows and stand before this host's; null if there are none.
  virtual Names* names() { return nullptr; }
  /// Whether rows say who holds their sockets.
  [[nodiscard]] virtual bool brings_owners() const { return false; }
  /// Pushes each row that the query needs (and maybe others: the caller filters) until the end or Flow::stop.
  /// `coverage` is filled in also when reading fails half way.
  virtual Expected<void> read(const Query& query, Sink& sink, Coverage& coverage) = 0;
};

/// Where and how to read; sources take from it what concerns them.
struct SourceOptions {
  /// The directory with tcp and tcp6: /proc/thread-self/net, /proc/PID/net, D/net.
  std::string proc_net = "/proc/thread-self/net";
  /// Total time to wait for the source; nothing: for ever.
  std::optional<std::chrono::milliseconds> timeout;
  /// Of the namespace that is read; empty for files.
  KernelLimits limits;
};

struct SourceInfo {
  std::string_view name;
  std::string_view meaning;
  std::unique_ptr<Source> (*make)(const SourceOptions&);
};

std::unique_ptr<Source> make_netlink_source(const SourceOptions& options);
std::unique_ptr<Source> make_proc_source(const SourceOptions& options);
std::unique_ptr<Source> make_both_source(const SourceOptions& options);
/// `path` is "-" for standard input. `host_names` stand in where the file brings no names.
std::unique_ptr<Source> make_file_source(const SourceOptions& options, std::string path, Names& host_names);

/// The live sources, in order of preference.
std::span<const SourceInfo> live_sources();

}  // namespace tcpstat
