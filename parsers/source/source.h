#pragma once
// A place that connections are read from.

#include <bit>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "filter/query.h"
#include "model/kernel_facts.h"
#include "model/kernel_limits.h"
#include "model/names.h"
#include "model/sink.h"
#include "report/coverage.h"
#include "report/report.h"

namespace tcpstat::source {

/// Where to look for an earlier sample that the sample of a source can be compared with.
struct EarlierSample {
  std::chrono::microseconds at{};            ///< the last sample up to this time since 1970
  std::chrono::milliseconds most_between{};  ///< an older one cannot be compared
};

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
  /// Names that came with the rows and take the place of this host's; null if there are none.
  virtual Names* names() { return nullptr; }
  /// Whether rows say what their users are called.
  [[nodiscard]] virtual bool brings_user_names() const { return false; }
  /// Whether rows say who holds their sockets.
  [[nodiscard]] virtual bool brings_owners() const { return false; }
  /// What was saved of the kernel beside the rows.
  [[nodiscard]] virtual KernelFacts kernel_facts() const { return {}; }
  /// The soft RLIMIT_NOFILE of a process, where it was saved beside the rows.
  [[nodiscard]] virtual std::optional<std::uint64_t> open_files_limit(std::uint32_t /*pid*/) const {
    return std::nullopt;
  }
  /// Which run of the kernel the sample is of; nothing: it is not told.
  [[nodiscard]] virtual std::optional<std::string> boot_id() const { return std::nullopt; }
  /// Where the sample before it is; nothing: there is none.
  [[nodiscard]] virtual std::optional<EarlierSample> earlier() const { return std::nullopt; }
  /// Pushes each row that the query needs (and maybe others: the caller filters) until the end or Flow::stop.
  /// `coverage` is filled in also when reading fails half way.
  virtual Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) = 0;
};

/// Where and how to read; sources take from it what concerns them.
struct SourceOptions {
  /// The directory with tcp and tcp6: /proc/thread-self/net, /proc/PID/net, D/net.
  std::string proc_net = "/proc/thread-self/net";
  /// Total time to wait for the source; nothing: for ever.
  std::optional<std::chrono::milliseconds> timeout;
  /// Inode of the network namespace; zero: not known.
  std::uint64_t netns = 0;
  /// Sysctls of the namespace that is read; empty for files.
  KernelLimits limits;
  /// The first and the last port that the kernel chooses from, if a filter asks for chosen ports.
  std::optional<std::pair<std::uint16_t, std::uint16_t>> chosen_ports;
  /// The byte order of the host that wrote text of /proc; nothing: it is guessed from the text.
  std::optional<std::endian> byte_order;
  /// Which sample of a saved file, from 1; nothing: the last.
  std::optional<std::uint64_t> sample;
  /// Show the last sample up to this time since 1970; nothing: the last of all.
  std::optional<std::chrono::microseconds> at;
  /// Whether to read a saved file's samples of MPTCP instead of those of TCP.
  bool mptcp = false;
};

}  // namespace tcpstat::source
