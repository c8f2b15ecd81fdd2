#pragma once
// What a pile-up in one state means. A diagnosis looks at rows one by one, remembers groups and no rows, and says at
// the end what is wrong; it neither reads nor prints. The next one is a file in states/ and a line in states.def.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quantity_text.h"
#include "diagnose/row_groups.h"
#include "model/connection.h"
#include "model/kernel_facts.h"
#include "model/kernel_limits.h"
#include "model/listener.h"
#include "model/listener_drops.h"
#include "model/names.h"
#include "model/owner.h"
#include "model/state.h"
#include "report/finding.h"
#include "report/rule.h"

namespace tcpstat::diagnose {

class Turnover;

/// Rules whose findings are merged with others about the same thing. Detection has a rule of its own about the queue of
/// the first; whoever has findings of both keeps those with this id.
inline constexpr std::string_view kAcceptQueueFullRule = "accept-queue-full";
inline constexpr std::string_view kClosedWindowRule = "zero-window-alive";
inline constexpr std::string_view kDescriptorsRule = "descriptors";
inline constexpr std::string_view kIdleConnectionsRule = "idle-connections";
inline constexpr std::string_view kNotReadingRule = "not-reading";
inline constexpr std::string_view kOutgoingRefusedRule = "outgoing-refused";
inline constexpr std::string_view kPortExhaustionRule = "port-exhaustion";
inline constexpr std::string_view kRetransmittingRule = "retransmitting";
inline constexpr std::string_view kSynSentBlackholeRule = "syn-sent-blackhole";
/// Evidence of port-exhaustion where most of the ports are those of attempts.
inline constexpr std::string_view kPortsConnecting = "ports_connecting";
/// Evidence of outgoing-refused where attempts wait for a neighbour that does not answer.
inline constexpr std::string_view kWaitForNeighbour = "wait_for_neighbour";
/// Begins what idle-connections says of a program's descriptors.
inline constexpr std::string_view kTheyTake = "they take ";

/// What rows are compared with. It is known before the first row, because rows are judged by their age as they pass.
struct RuleLimits {
  Thresholds thresholds;
  KernelSettings settings;
  KernelLimits limits;
  /// Those of the host's devices, in order and not v4-mapped; nothing where they are not known.
  std::optional<std::vector<Address>> addresses = {};
  LocalPorts ports = {};  ///< filled by the diagnoser

  /// Whether a device of this host has it; nothing where that is not known.
  [[nodiscard]] std::optional<bool> owns(const Address& address) const {
    const Address own = address.unmapped();
    if (own.is_loopback()) return true;
    if (!addresses) return std::nullopt;
    return std::binary_search(addresses->begin(), addresses->end(), own);
  }
};

/// Where the limits of processes can be asked.
class ProcessLimits {
 public:
  ProcessLimits() = default;
  ProcessLimits(const ProcessLimits&) = delete;
  ProcessLimits& operator=(const ProcessLimits&) = delete;
  virtual ~ProcessLimits() = default;
  /// The soft RLIMIT_NOFILE (getrlimit(2)); nothing if it cannot be read.
  [[nodiscard]] virtual std::optional<std::uint64_t> open_files(std::uint32_t pid) const = 0;
};

/// Known after the last row.
struct DiagnosisFacts {
  const KernelFacts& facts;
  /// An earlier sample of the same kernel, for what grew since; null in a single snapshot.
  const KernelFacts* before = nullptr;
  /// What listeners dropped since then, most first; those that dropped nothing, or do not tell, are left out.
  std::span<const ListenerDrops> listener_drops{};
  const ProcessLimits* processes = nullptr;
  /// For devices that sockets are bound to; null: they have no names.
  Names* names = nullptr;
  /// How many connections stood in CLOSE_WAIT in earlier runs, oldest first; empty if nothing was kept.
  std::span<const std::uint64_t> earlier_close_waits{};
  /// TCP sockets that processes hold and no row showed, most first; nothing where that is not known.
  std::optional<std::span<const Untabled>> untabled{};
  bool most_processes = true;  ///< `untabled` has those of most processes
  /// States that the source can show at all.
  StateSet visible = StateSet::all();
  const Turnover* turnover = nullptr;  ///< filled by the diagnoser

  /// How many files a process may have open; nothing if that is not known, or none.
  [[nodiscard]] std::optional<std::uint64_t> open_files(std::uint32_t pid) const {
    const auto most = processes == nullptr || pid == 0 ? std::nullopt : processes->open_files(pid);
    return most == 0U ? std::nullopt : most;
  }

  /// How much a counter grew since `before`; nothing in a single snapshot.
  [[nodiscard]] std::optional<std::uint64_t> grown(std::optional<std::uint64_t> KernelCounters::*counter) const {
    if (before == nullptr) return std::nullopt;
    return growth(before->counters.*counter, facts.counters.*counter);
  }
  /// Seconds since `before`, which must be there.
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(facts.boot_time - before->boot_time).count();
  }
  /// When that was: "just now", "in the last 5 min".
  [[nodiscard]] std::string lately() const {
    if (before == nullptr || facts.boot_time - before->boot_time < std::chrono::minutes(1)) return "just now";
    return "in the last " + duration_text(facts.boot_time - before->boot_time);
  }
};

/// What the rows of a source cannot tell.
struct Unseen {
  std::string_view rule;       ///< which knows less without it
  std::string what;            ///< "whether …", one sentence
  std::uint64_t unjudged = 0;  ///< rows that the rule is about and could not judge
  bool not_at_all = false;     ///< the rule says nothing: what it compares with is not known
};

/// For rows without tcp_info; `rows`: how many.
inline Unseen untold_by(std::uint64_t rows, std::string_view rule, std::string what) {
  return {rule, std::move(what) + ": only tcp_info tells (--source netlink; -i where rows are saved)", rows};
}

class Diagnosis {
 public:
  Diagnosis() = default;
  Diagnosis(const Diagnosis&) = delete;
  Diagnosis& operator=(const Diagnosis&) = delete;
  virtual ~Diagnosis() = default;

  /// The states whose rows it wants.
  [[nodiscard]] virtual StateSet states() const = 0;
  virtual void connection(const Connection& /*row*/) {}
  virtual void listener(const Listener& /*row*/) {}
  virtual void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) = 0;
  /// After conclude().
  virtual void not_seen(std::vector<Unseen>& /*out*/) const {}
};

/// How each is made, and what it can say. `rule_limits` outlives it.
struct DiagnosisKind {
  std::unique_ptr<Diagnosis> (*make)(const RuleLimits& rule_limits);
  std::span<const RuleInfo> (*rules)();
};

/// Each file has a namespace of its name for its own parts.
#define STATE(name)                                               \
  namespace name {                                                \
  std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits); \
  std::span<const RuleInfo> rules();                              \
  }
#define ACROSS(name) STATE(name)
#include "diagnose/states.def"
#undef ACROSS
#undef STATE

}  // namespace tcpstat::diagnose
