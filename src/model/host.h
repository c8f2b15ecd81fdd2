#pragma once
// The host that is looked at: its rows, its processes, its kernel and its clock. Engines ask it and make no system call
// themselves. parsers/host implements it, and so does a fake in the tests.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/address.h"
#include "model/kernel_facts.h"
#include "model/kernel_limits.h"
#include "model/names.h"
#include "model/owner.h"
#include "model/sink.h"
#include "model/tracked_flow.h"

namespace tcpstat::filter {
struct Query;
}

namespace tcpstat::inline report {
struct Coverage;
struct RunFacts;
struct SourceNames;
}  // namespace tcpstat::inline report

namespace tcpstat::inline model {

class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  /// Pushes the rows that the query needs, and maybe others, until the end or Flow::stop. `coverage` is filled in also
  /// when reading fails half way.
  virtual Expected<void> read(const filter::Query& query, Sink& sink, Coverage& coverage) = 0;
  /// Pushes the half-opens among the first `most_rows` rows of /proc, which may be in any state. Pushes nothing unless
  /// netlink was read before.
  virtual void read_half_opens_from_proc(Family family, std::uint64_t most_rows, Sink& sink) = 0;
  /// From now on only the source that was read last is used: samples of two sources cannot be compared.
  virtual void keep_source() = 0;
  /// The source that was read, or is going to be.
  [[nodiscard]] virtual std::string_view source_name() const = 0;
  /// Whether all half-opens come as rows, so that they can be counted for each listener.
  [[nodiscard]] virtual bool shows_all_half_opens() const = 0;
};

class ProcessReader {
 public:
  ProcessReader() = default;
  ProcessReader(const ProcessReader&) = delete;
  ProcessReader& operator=(const ProcessReader&) = delete;
  virtual ~ProcessReader() = default;

  /// Looks for the owners of all sockets. A second call looks anew; earlier results stay valid.
  virtual Expected<const OwnerLookup*> owners() = 0;
  /// Drops what owners() gave.
  virtual void forget_owners() = 0;
  /// The soft RLIMIT_NOFILE of a process (getrlimit(2)); nothing if it cannot be read.
  [[nodiscard]] virtual std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const = 0;
};

/// What the kernel tells of the network namespace that is looked at. Of saved files, only a record has it.
class KernelReader {
 public:
  KernelReader() = default;
  KernelReader(const KernelReader&) = delete;
  KernelReader& operator=(const KernelReader&) = delete;
  virtual ~KernelReader() = default;

  [[nodiscard]] virtual KernelFacts kernel_facts() const = 0;
  /// The counters alone, for reads that come often.
  [[nodiscard]] virtual KernelCounters kernel_counters() const = 0;
  /// The sysctls that give timers a meaning.
  [[nodiscard]] virtual const KernelLimits& kernel_limits() const = 0;
  /// The addresses of the namespace's devices, in order; nothing where they are not known.
  [[nodiscard]] virtual std::optional<std::vector<Address>> addresses() const { return std::nullopt; }
  /// Half-opens that connection tracking knows; fails where the namespace cannot be entered.
  virtual Expected<void> read_tracked_flows(TrackedFlowSink& sink) const = 0;
};

class Clock {
 public:
  /// A time of a clock that nobody sets.
  using Instant = std::chrono::steady_clock::time_point;

  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const = 0;
  virtual void sleep_until(Instant due) = 0;
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_time() const = 0;
};

class Host;

/// One of several network namespaces, while it is visited.
struct VisitedNamespace {
  std::uint64_t inode = 0;
  std::string_view name = {};    ///< or a process that lives there: hostile text
  Host* host = nullptr;          ///< this namespace alone; null: it could not be entered
  const Error* error = nullptr;  ///< why
};

class Host : public RowReader, public ProcessReader, public KernelReader {
 public:
  /// True if rows were saved earlier: they do not change, and of their host only what was saved with them is known.
  [[nodiscard]] virtual bool is_file() const = 0;
  /// True if rows come from several network namespaces: then kernel facts belong to none of them.
  [[nodiscard]] virtual bool spans_namespaces() const { return false; }
  /// Visits each of several namespaces, leaving out those that have ended. A device in rows of a namespace has its name
  /// from then on if that was asked for during the visit. Returns what hid namespaces, for people; empty: nothing did.
  virtual std::string visit_namespaces(const std::function<void(const VisitedNamespace&)>& visit) {
    static_cast<void>(visit);
    return {};
  }
  [[nodiscard]] virtual const RunFacts& facts() const = 0;
  /// The sample before this one, if a record has one to compare it with; null otherwise.
  virtual std::unique_ptr<Host> earlier() { return nullptr; }
  /// Which run of the kernel this is; nothing for a file that does not tell.
  [[nodiscard]] virtual std::optional<std::string> boot_id() const = 0;
  [[nodiscard]] virtual Names& names() = 0;
  /// How evidence names the source that was read, and the files beside it.
  [[nodiscard]] virtual SourceNames evidence_names() const = 0;
  [[nodiscard]] virtual Clock& clock() = 0;
};

}  // namespace tcpstat::inline model
