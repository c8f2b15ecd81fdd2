// Connections that programs of this host open and that fail at once: the destination answers with RST, or a firewall
// rejects them; or it takes them and then resets them. The socket is gone with the answer, so that no list shows one;
// counters tell how many there are.

#include <algorithm>
#include <array>
#include <cmath>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/timer_age.h"
#include "model/broken_off.h"

namespace tcpstat::diagnose::refused_attempts {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 1, "/s", "a program that tries a service now and then, or a look at a host that is down, makes fewer"},
    {"least", 5, "attempts", "between two samples: fewer are a matter of chance"},
    {"local", 0.9, "ratio", "as many RSTs as that are sent by this host: it refuses them itself"},
    {"fallback", 0.6, "ratio",
     "of all attempts, if this host refuses them itself: programs try ::1 before 127.0.0.1, and go on by the other"},
    {"reset", 0.5, "ratio",
     "as many open connections reset by their peers as this host opened: some servers end each like that"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {kOutgoingRefusedRule, "are connections refused, or reset, that this host opens?",
     "RFC 9293 §3.10.7.3; net/ipv4/tcp.c, tcp_done(): TCP_MIB_ATTEMPTFAILS; net/ipv4/tcp_minisocks.c, "
     "tcp_check_req(); net/ipv4/tcp_ipv4.c, tcp_v4_err(): LINUX_MIB_LOCKDROPPEDICMPS; net/ipv4/tcp.c, "
     "tcp_set_state(): TCP_MIB_ESTABRESETS",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

class RefusedAttempts final : public Diagnosis {
 public:
  explicit RefusedAttempts(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  [[nodiscard]] StateSet states() const override { return {State::syn_sent}; }

  void connection(const Connection& row) override {
    if (row.retransmits.value_or(0) > 0) ++unanswered_;
    ++waiting_;
    destinations_.of(destination_of(row)).add(row, connecting_ms(row, rule_limits_.limits), rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    judge_refused(facts, out);
    judge_reset(facts, out);
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (!found_) return;
    out.push_back(
        {kRule.id,
         "who refuses the connections that this host opens: they leave the table at once; use tcpstat trace"});
  }

 private:
  [[nodiscard]] double limit(std::string_view name) const { return limit_of(rule_limits_, kRule, name); }

  void judge_refused(const DiagnosisFacts& facts, std::vector<Finding>& out) {
    const auto failed = failed_here(facts);
    if (!failed || *failed < limit("least")) return;
    const double seconds = facts.seconds();
    if (seconds <= 0) return;
    const double per_s = *failed / seconds;
    if (per_s < limit("warning")) return;
    const auto resets = refused_here(facts);
    const bool local = resets && *resets >= limit("local") * *failed;
    const bool by_own_icmp = icmp_of_this_host(facts) >= limit("local") * *failed;
    const auto without_neighbour = !local && by_own_icmp ? waits_for_neighbour() : std::nullopt;
    found_ = !without_neighbour;
    const Severity severity = local && others_work(*failed, facts) ? Severity::info : Severity::warning;
    Finding one(std::string(kRule.id), severity, Subject::host(),
                {measured("attempts_refused", per_s, limit("warning"), "/s",
                          "/proc/net/snmp AttemptFails, EmbryonicRsts left out; LockDroppedIcmps"),
                 measured("unanswered_syns", static_cast<double>(unanswered_), "sockets", kFromDump)});
    if (resets) {
      one.evidence.push_back(
          measured("resets_sent", *resets / seconds, "/s", "/proc/net/snmp OutRsts; those of programs left out"));
    }
    one.value = per_s;
    one.unit = "/s";
    one.warning = limit("warning");
    const long long rate = std::llround(per_s);
    // Attempts that nobody answers end by a timeout, and count like those that are refused.
    one.message = counted(static_cast<std::uint64_t>(rate), "connection") + " a second that this host opens " +
                  (rate == 1 ? "is" : "are") + " refused" + (unanswered_ > 0 ? ", or given up without an answer" : "");
    one.brief = counted(static_cast<std::uint64_t>(rate), "outgoing connection") + " a second refused";
    one.why = local         ? "this host answers them itself: nothing listens where they go"
              : by_own_icmp ? "this host itself says so by ICMP: its firewall rejects them, or no neighbour answers"
                            : "the service that they go to is down, a firewall rejects them, or a program here scans";
    one.advice = "find out which program opens them, and where to";
    one.next = "tcpstat trace -p -s SYN_SENT --duration 10";
    if (without_neighbour) tell_neighbour(*without_neighbour, rate, one);
    out.push_back(std::move(one));
  }

  /// The destination for which this host looks in vain for a neighbour: attempts wait for some seconds until it says so
  /// by ICMP (net/core/neighbour.c, neigh_timer_handler(): three tries, one a second), and most that wait are for it.
  /// What a firewall rejects does not wait, and who is silent lets attempts wait for longer.
  [[nodiscard]] std::optional<RowGroups::Entry> waits_for_neighbour() const {
    constexpr std::uint64_t kFew = 3;
    constexpr std::uint64_t kLongest = 5'000;
    const auto all = destinations_.largest();
    if (all.empty()) return std::nullopt;
    const RowGroups::Entry& first = all.front();
    const bool most = first.group->rows >= kFew && first.group->rows * 2 > waiting_;
    const bool young = first.group->oldest_ms && *first.group->oldest_ms <= kLongest;
    return most && young ? std::optional(first) : std::nullopt;
  }

  static void tell_neighbour(const RowGroups::Entry& of, long long rate, Finding& one) {
    one.subject = subject_of(of.key, *of.group);
    const std::string which = of.group->process.empty() ? "" : " of " + of.group->process;
    const std::string fail = counted(static_cast<std::uint64_t>(rate), "connection") + " a second" + which +
                             (rate == 1 ? " fails" : " fail");
    one.evidence.push_back(measured(kWaitForNeighbour, static_cast<double>(of.group->rows), "sockets", kFromDump));
    one.message = "This host does not reach " + one.subject.text() + ": " + fail;
    one.brief = one.subject.text() + " is not reached, " + fail;
    one.why = "no neighbour answers for it (ARP): it is down, or its gateway is";
    one.advice = "see whether it and its gateway are up (ip neighbour)";
    one.next = list_command({State::syn_sent}, "-p " + filter_text(of.key));
  }

  /// Worth knowing and no more: counters cannot tell a server that fails from one that ends each connection by RST.
  void judge_reset(const DiagnosisFacts& facts, std::vector<Finding>& out) const {
    const std::uint64_t opened = facts.grown(&KernelCounters::active_opens).value_or(0);
    const std::uint64_t reset = reset_by_peers(facts);
    if (opened == 0 || static_cast<double>(reset) < limit("least")) return;
    const double share = static_cast<double>(reset) / static_cast<double>(opened);
    if (share < limit("reset")) return;
    Finding one(
        std::string(kRule.id), Severity::info, Subject::host(),
        {measured("reset_by_peers", static_cast<double>(reset), "connections",
                  "/proc/net/snmp EstabResets; those that were accepted, broken off here or timed out left out"),
         measured("reset_of_opened", share, limit("reset"), "ratio", "/proc/net/snmp ActiveOpens")});
    one.value = static_cast<double>(reset);
    one.unit = "connections";
    one.message = "Peers reset " + counted(reset, "open connection") + " " + facts.lately() +
                  ", while this host opened " + std::to_string(opened);
    one.brief = "peers reset " + counted(reset, "open connection") + ", this host opened " + std::to_string(opened);
    one.why = "a service that programs here use fails, or ends each connection like that";
    one.next = "tcpstat trace -p --lives --duration 10";
    out.push_back(std::move(one));
  }

  /// At least so many, without those that were accepted meanwhile: EstabResets also counts connections that programs here
  /// break off and those that time out.
  [[nodiscard]] static std::uint64_t reset_by_peers(const DiagnosisFacts& facts) {
    const auto resets = facts.grown(&KernelCounters::estab_resets);
    const auto accepted = facts.grown(&KernelCounters::passive_opens);
    const auto timed_out = facts.grown(&KernelCounters::abort_on_timeout);
    if (!resets || !accepted || !timed_out) return 0;
    const std::uint64_t others = *accepted + *timed_out + broken_off(facts.before->counters, facts.facts.counters);
    return *resets - std::min(*resets, others);
  }

  /// If a program tries both families and its service listens on one, half of its attempts are refused.
  [[nodiscard]] bool others_work(double failed, const DiagnosisFacts& facts) const {
    const auto opened = facts.grown(&KernelCounters::active_opens);
    return opened && failed <= limit("fallback") * static_cast<double>(*opened);
  }

  /// A half-open request that a RST ends counts in both (net/ipv4/tcp_minisocks.c, tcp_check_req()).
  [[nodiscard]] std::optional<double> failed_here(const DiagnosisFacts& facts) const {
    const auto failed = facts.grown(&KernelCounters::attempt_fails);
    const auto of_clients = facts.grown(&KernelCounters::embryonic_rsts);
    if (!failed || !of_clients) return std::nullopt;
    // Attempts that time out count, too. While others of their kind wait in the table, they are told with those.
    const std::uint64_t timed_out = unanswered_ > 0 ? facts.grown(&KernelCounters::abort_on_timeout).value_or(0) : 0;
    const std::uint64_t counted_as_failed = *failed - std::min(*failed, *of_clients + timed_out);
    return static_cast<double>(
        std::max(counted_as_failed, ended_inside_connect(facts.before->counters, facts.facts.counters)));
  }

  /// ICMP errors of which this host is the source as well.
  [[nodiscard]] static double icmp_of_this_host(const DiagnosisFacts& facts) {
    const auto came = facts.grown(&KernelCounters::icmp_in_unreachables);
    const auto sent = facts.grown(&KernelCounters::icmp_out_unreachables);
    return static_cast<double>(std::min(came.value_or(0), sent.value_or(0)));
  }

  /// RSTs that were sent, without those of programs that break their connections off.
  [[nodiscard]] static std::optional<double> refused_here(const DiagnosisFacts& facts) {
    const auto sent = facts.grown(&KernelCounters::out_rsts);
    if (!sent) return std::nullopt;
    return static_cast<double>(*sent - std::min(*sent, broken_off(facts.before->counters, facts.facts.counters)));
  }

  const RuleLimits& rule_limits_;
  std::uint64_t unanswered_ = 0;
  std::uint64_t waiting_ = 0;
  RowGroups destinations_;  ///< of all that wait
  bool found_ = false;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) {
  return std::make_unique<RefusedAttempts>(rule_limits);
}
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::refused_attempts
