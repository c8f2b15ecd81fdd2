// SYN_RECV with a full socket: a connection by fast open, whose data may be served already and whose handshake does not
// end. Requests without a socket are another matter, and judged as a whole elsewhere (detect/).

#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "diagnose/row_groups.h"
#include "diagnose/worst_findings.h"

namespace tcpstat::diagnose::syn_recv {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 8, "sockets", "on one port: each holds a place of the listener's fast-open queue"},
    {"critical", 64, "sockets", "on one port: queues of that length are common, and then fast open is off"},
    {"retransmits", 1, "times", "an answer that takes longer than the first timeout, 1 s"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"fast-open-half-open", "do fast-open connections stay half-open?",
     "RFC 7413 §5.1; net/ipv4/tcp_fastopen.c, tcp_fastopen_queue_check(); net/ipv4/tcp_timer.c, "
     "tcp_fastopen_synack_timer()",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

class SynRecv : public Diagnosis {
 public:
  explicit SynRecv(const RuleLimits& rule_limits)
      : rule_limits_(rule_limits), least_retransmits_(limit_of(rule_limits, kRule, "retransmits")) {}

  [[nodiscard]] StateSet states() const override { return {State::syn_recv}; }

  void connection(const Connection& row) override {
    if (row.minisocket || row.timer != TimerKind::retransmit) return;
    if (static_cast<double>(row.retransmits.value_or(0)) < least_retransmits_) return;
    ports_.of({0, {{}, row.local.port}}).add(row, std::nullopt, rule_limits_.ports);
  }

  void conclude(const DiagnosisFacts& /*facts*/, std::vector<Finding>& out) override {
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const double critical = limit_of(rule_limits_, kRule, "critical");
    std::size_t said = 0;
    for (const auto& [key, group] : ports_.largest()) {
      const Severity severity = judged(static_cast<double>(group->rows), warning, critical);
      if (severity == Severity::ok || said++ == kMostFindings) return;
      const Subject about = subject_of(key, *group);
      const std::string subject = about.text();
      Finding one(std::string(kRule.id), severity, about,
                  {measured("fast_open_half_open", static_cast<double>(group->rows), warning, "sockets", kFromDump),
                   measured("most_retransmits", group->worst, least_retransmits_, "times", kFromDump)});
      one.value = static_cast<double>(group->rows);
      one.unit = "sockets";
      one.warning = warning;
      one.critical = critical;
      one.message = counted(group->rows, "fast-open connection") + " on " + subject + " never finished the handshake";
      one.brief = counted(group->rows, "fast-open connection") + " half-open on " + subject;
      one.why = "replayed or stolen cookies, or the way back is broken";
      one.advice = "check the way back; renew net.ipv4.tcp_fastopen_key where that works";
      one.next = list_command({State::syn_recv}, "-p " + filter_text(key));
      out.push_back(std::move(one));
    }
  }

 private:
  const RuleLimits& rule_limits_;
  double least_retransmits_;
  RowGroups ports_;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<SynRecv>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::syn_recv
