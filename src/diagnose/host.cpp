// What the whole host has too little of: memory for TCP, and room for connections that no process holds any more. Both
// are counted by the kernel for all namespaces together.

#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
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
constexpr auto kRules = std::to_array<RuleInfo>({
    {"tcp-memory", "does TCP use as much memory as tcp_mem allows?",
     "tcp(7) tcp_mem; net/core/sock.c, __sk_mem_raise_allocated()", kMemoryLimits},
    {"orphans", "are there so many closed and unfinished connections that the kernel resets them?",
     "tcp(7) tcp_max_orphans; include/net/tcp.h, tcp_too_many_orphans(); net/ipv4/tcp_timer.c, tcp_out_of_resources()",
     kOrphanLimits},
});
constexpr const RuleInfo& kMemory = kRules[0];
constexpr const RuleInfo& kOrphans = kRules[1];

class Host : public Diagnosis {
 public:
  explicit Host(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  [[nodiscard]] StateSet states() const override { return {}; }
  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    judge_memory(facts.facts.usage, out);
    judge_orphans(facts.facts.usage, out);
  }

 private:
  void judge_memory(const SocketUsage& usage, std::vector<Finding>& out) const {
    const auto pressure = rule_limits_.settings.tcp_mem_pages[1];
    const auto most = rule_limits_.settings.tcp_mem_pages[2];
    if (!usage.mem_pages || !pressure || !most || *pressure == 0 || *most == 0) return;
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

  void judge_orphans(const SocketUsage& usage, std::vector<Finding>& out) const {
    const auto most = rule_limits_.settings.max_orphans;
    if (!usage.orphan || !most || *most <= 0) return;
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

  const RuleLimits& rule_limits_;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Host>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::host
