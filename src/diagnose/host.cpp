// What the whole host has too little of: memory for TCP, room for connections that no process holds any more, and room
// in the table of connection tracking. The kernel counts the first two for all namespaces together.

#include <array>
#include <chrono>
#include <cmath>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "model/dropped_for_room.h"
#include "model/scarce.h"

namespace tcpstat::diagnose::host {
namespace {

constexpr auto kMemoryLimits = std::to_array<ThresholdInfo>({
    {"warning", kMemoryPressure, "ratio",
     "of tcp_mem's second number: from there on the kernel shrinks windows and buffers"},
    {"critical", kMemoryFull, "ratio",
     "of tcp_mem's third number: beyond it nothing is allocated and orphans are killed, so that use stays just below"},
});
constexpr auto kOrphanLimits = std::to_array<ThresholdInfo>({
    {"warning", kManyOrphans, "ratio", "of tcp_max_orphans: a socket whose peer is slow counts up to four times"},
    {"critical", kTooManyOrphans, "ratio", "of tcp_max_orphans: sockets that count twice are reset now"},
});
constexpr auto kTrackedLimits = std::to_array<ThresholdInfo>({
    {"warning", kTrackedMany, "ratio", "of nf_conntrack_max: room for one more burst"},
    {"critical", kTrackedFull, "ratio", "of nf_conntrack_max: critical if packets are dropped, else a warning"},
    {"dropped", 1, "packets",
     "between two samples, for want of room: none has to be; a warning where there is room at this moment"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"tcp-memory", "does TCP use as much memory as tcp_mem allows?",
     "tcp(7) tcp_mem; net/core/sock.c, __sk_mem_raise_allocated()", kMemoryLimits},
    {"orphans", "are there so many closed and unfinished connections that the kernel resets them?",
     "tcp(7) tcp_max_orphans; include/net/tcp.h, tcp_too_many_orphans(); net/ipv4/tcp_timer.c, tcp_out_of_resources()",
     kOrphanLimits},
    {"conntrack-full", "is the connection tracking table full, and are packets dropped for it?",
     "Documentation/networking/nf_conntrack-sysctl.rst, nf_conntrack_max; net/netfilter/nf_conntrack_core.c, "
     "__nf_conntrack_alloc(), nf_conntrack_in() and nf_ct_resolve_clash()",
     kTrackedLimits},
});
constexpr const RuleInfo& kMemory = kRules[0];
constexpr const RuleInfo& kOrphans = kRules[1];
constexpr const RuleInfo& kTracked = kRules[2];
constexpr std::string_view kTrackedSysctls = "nf_conntrack_count, nf_conntrack_max";
constexpr std::string_view kTrackedCounters = "/proc/net/stat/nf_conntrack";

class Host : public Diagnosis {
 public:
  explicit Host(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  [[nodiscard]] StateSet states() const override { return {}; }
  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    judge_memory(facts.facts.usage, out);
    judge_orphans(facts.facts.usage, out);
    judge_tracked(facts, out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    const std::string limits =
        "whether TCP uses all memory, or too many orphans, of the host: tcp_mem and "
        "tcp_max_orphans do not show here";
    if (memory_unknown_) out.push_back({kMemory.id, limits, 0, true});
    if (orphans_unknown_) out.push_back({kOrphans.id, limits, 0, true});
    if (!losses_unknown_) return;
    out.push_back({kTracked.id, "whether the connection tracking table drops packets: " +
                                    std::string(kTrackedCounters) + " is not there"});
  }

 private:
  void judge_memory(const SocketUsage& usage, std::vector<Finding>& out) {
    const auto pressure = rule_limits_.settings.tcp_mem_pages[1];
    const auto most = rule_limits_.settings.tcp_mem_pages[2];
    memory_unknown_ = !usage.mem_pages || !pressure || !most;
    if (memory_unknown_ || *pressure == 0 || *most == 0) return;
    const auto used = static_cast<double>(*usage.mem_pages);
    const double warning = limit_of(rule_limits_, kMemory, "warning") * static_cast<double>(*pressure);
    const double critical = limit_of(rule_limits_, kMemory, "critical") * static_cast<double>(*most);
    const Severity severity = judged(used, warning, critical);
    if (severity == Severity::ok) return;
    Finding one(
        std::string(kMemory.id), severity, Subject::host(),
        {measured("tcp_memory", used, severity == Severity::critical ? critical : warning, "pages", kFromSockstat)});
    one.value = used;
    one.unit = "pages";
    one.warning = warning;
    one.critical = critical;
    one.message = "TCP holds " + std::to_string(*usage.mem_pages) + " pages, of at most " + std::to_string(*most);
    one.why = severity == Severity::critical ? "segments are dropped and orphans reset"
                                             : "the kernel shrinks windows and buffers";
    one.advice = "find out who holds it, then raise net.ipv4.tcp_mem";
    one.next =
        list_command(StateSet::all() - StateSet{State::listen, State::close}, "--sort recv_queue:desc --limit 20 -p");
    out.push_back(std::move(one));
  }

  void judge_orphans(const SocketUsage& usage, std::vector<Finding>& out) {
    const auto most = rule_limits_.settings.max_orphans;
    orphans_unknown_ = !usage.orphan || !most;
    if (orphans_unknown_ || *most <= 0) return;
    const double share = static_cast<double>(*usage.orphan) / static_cast<double>(*most);
    const double warning = limit_of(rule_limits_, kOrphans, "warning");
    const double critical = limit_of(rule_limits_, kOrphans, "critical");
    const Severity severity = judged(share, warning, critical);
    if (severity == Severity::ok) return;
    Finding one(std::string(kOrphans.id), severity, Subject::host(),
                {measured("share_of_limit", share, warning, "ratio", "net.ipv4.tcp_max_orphans"),
                 measured("orphans", static_cast<double>(*usage.orphan), "sockets", kFromSockstat)});
    one.value = share;
    one.unit = "ratio";
    one.warning = warning;
    one.critical = critical;
    one.message =
        counted(*usage.orphan, "connection") + " that no process holds, tcp_max_orphans is " + std::to_string(*most);
    one.brief = std::to_string(*usage.orphan) + " orphaned connections of at most " + std::to_string(*most);
    one.why = "peers do not finish the close, and the kernel resets what is too much";
    one.advice = "find those peers; raise net.ipv4.tcp_max_orphans where memory allows";
    one.next = "tcpstat summary --by state,remote_prefix --state " + std::string(name(State::fin_wait1)) + "," +
               std::string(name(State::last_ack)) + "," + std::string(name(State::closing));
    out.push_back(std::move(one));
  }

  [[nodiscard]] static std::optional<std::uint64_t> lost_since(const DiagnosisFacts& facts) {
    if (facts.before == nullptr) return std::nullopt;
    const FilterCounters& before = facts.before->filters;
    const FilterCounters& now = facts.facts.filters;
    return dropped_for_room(growth(before.conntrack_drop, now.conntrack_drop),
                            growth(before.conntrack_insert_failed, now.conntrack_insert_failed));
  }

  void judge_tracked(const DiagnosisFacts& facts, std::vector<Finding>& out) {
    const auto count = rule_limits_.settings.conntrack_count;
    const auto most = rule_limits_.settings.conntrack_max;
    if (!count || !most || *count < 0 || *most <= 0) return;
    const double share = static_cast<double>(*count) / static_cast<double>(*most);
    const double warning = limit_of(rule_limits_, kTracked, "warning");
    const double critical = limit_of(rule_limits_, kTracked, "critical");
    const double least = limit_of(rule_limits_, kTracked, "dropped");
    const auto lost = lost_since(facts);
    const bool drops = lost && *lost > 0 && static_cast<double>(*lost) >= least;
    const bool full = share >= critical;
    losses_unknown_ = share >= warning && !facts.facts.filters.conntrack_drop;
    if (share < warning && !drops) return;
    Finding one(std::string(kTracked.id), full && drops ? Severity::critical : Severity::warning, Subject::host(),
                {measured("share_of_limit", share, full ? critical : warning, "ratio", kTrackedSysctls),
                 measured("tracked_connections", static_cast<double>(*count), "entries", kTrackedSysctls)});
    bool makes_room = false;
    if (lost) {
      one.evidence.push_back(
          measured("dropped_for_room", static_cast<double>(*lost), least, "packets", kTrackedCounters));
      const auto early = growth(facts.before->filters.conntrack_early_drop, facts.facts.filters.conntrack_early_drop);
      makes_room = early.value_or(0) > 0;
      if (early) {
        one.evidence.push_back(measured("dropped_early", static_cast<double>(*early), "entries", kTrackedCounters));
      }
    }
    one.value = share;
    one.unit = "ratio";
    one.warning = warning;
    one.critical = critical;
    const std::string fill = std::to_string(*count) + " of " + std::to_string(*most);
    const std::string is = full               ? " is full (" + fill + ")"
                           : share >= warning ? " is nearly full (" + fill + ")"
                                              : " was full, and is not at this moment (" + fill + ")";
    one.message = "The connection tracking table" + is;
    one.brief = "conntrack table" + is;
    if (drops) {
      one.message +=
          ", " + counted(*lost, "packet") + " " + (*lost == 1 ? "was" : "were") + " dropped " + facts.lately();
    }
    one.why = drops        ? "packets of new connections are lost, whoever sends them"
              : makes_room ? "new connections take the entries of those that have had no answer; where none is left to "
                             "take, their packets are lost"
                           : "once it is full, packets of new connections are lost, whoever sends them";
    one.advice = "raise net.netfilter.nf_conntrack_max, lower its timeouts, or do not track what needs no tracking";
    one.next = "conntrack -S";
    out.push_back(std::move(one));
  }

  const RuleLimits& rule_limits_;
  bool memory_unknown_ = false;
  bool orphans_unknown_ = false;
  bool losses_unknown_ = false;  ///< the table is nearly full, and nobody counts what it drops
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Host>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::host
