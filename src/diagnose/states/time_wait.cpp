// TIME_WAIT: harmless in any number that fits. At tcp_max_tw_buckets the kernel drops the state at once, and with it
// the protection against late segments of the old connection. (Ports that it holds: ports.cpp.)

#include <algorithm>
#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"
#include "model/scarce.h"

namespace tcpstat::diagnose::time_wait {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", kTimeWaitFull, "ratio",
     "of tcp_max_tw_buckets; beyond it the kernel skips the wait, which no client feels"},
    {"notice", kTimeWaitMany, "ratio", "of tcp_max_tw_buckets; worth knowing, room for one more burst"},
    {"overflows", 1, "sockets", "dropped between two samples (TCPTimeWaitOverflow): the limit was reached, a warning"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"time-wait-limit", "are there so many time-wait sockets that the kernel drops new ones?",
     "net/ipv4/tcp_minisocks.c, tcp_time_wait(); net/ipv4/inet_timewait_sock.c, inet_twsk_alloc(); RFC 9293 §3.6.1",
     kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

class TimeWait : public Diagnosis {
 public:
  explicit TimeWait(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  // Both live in time-wait sockets, and both count.
  [[nodiscard]] StateSet states() const override { return {State::time_wait, State::fin_wait2}; }
  void connection(const Connection& row) override {
    if (row.minisocket) ++rows_;
  }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    const auto overflows = facts.grown(&KernelCounters::time_wait_overflow);
    const auto most = rule_limits_.settings.max_tw_buckets;
    const std::uint64_t count = facts.facts.usage.tw.value_or(rows_);
    const double warning = limit_of(rule_limits_, kRule, "warning");
    const double notice = limit_of(rule_limits_, kRule, "notice");
    const double most_overflows = limit_of(rule_limits_, kRule, "overflows");
    limit_unknown_ = !most && count > 0;
    std::optional<double> share;
    if (most && *most > 0) share = static_cast<double>(count) / static_cast<double>(*most);
    const bool overflowed = overflows && static_cast<double>(*overflows) >= most_overflows;
    const bool full = overflowed || share.value_or(0) >= warning;
    if (!full && share.value_or(0) < notice) return;

    const std::string_view source = facts.facts.usage.tw ? kFromSockstat : kFromDump;
    std::vector<Evidence> because = {measured("time_wait", static_cast<double>(count), "sockets", source)};
    if (share)
      because.push_back(
          measured("share_of_limit", *share, full ? warning : notice, "ratio", "net.ipv4.tcp_max_tw_buckets"));
    if (overflows) {
      because.push_back(measured("time_wait_overflows", static_cast<double>(overflows.value_or(0)), most_overflows,
                                 "sockets", "/proc/net/netstat TCPTimeWaitOverflow"));
    }
    Finding one(std::string(kRule.id), full ? Severity::warning : Severity::info, Subject::host(), std::move(because));
    one.value = share;
    one.unit = "ratio";
    one.warning = warning;
    one.message = counted(count, "time-wait socket");
    if (most) one.message += ", tcp_max_tw_buckets is " + std::to_string(*most);
    if (overflowed) {
      one.message +=
          ", " + std::to_string(*overflows) + (*overflows == 1 ? " was" : " were") + " dropped " + facts.lately();
    }
    one.why = full ? "new ones end without their wait" : "near the limit, which is harmless until it is reached";
    one.brief = counted(count, "time-wait socket") + (most ? " of at most " + std::to_string(*most) : "");
    if (full) one.advice = "keep connections open, or raise the limit";
    one.next = "tcpstat summary --by remote_address,local_port --state " + std::string(name(State::time_wait));
    out.push_back(std::move(one));
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (!limit_unknown_) return;
    out.push_back({kRule.id, "whether there are too many time-wait sockets: tcp_max_tw_buckets is not known", 0, true});
  }

 private:
  const RuleLimits& rule_limits_;
  std::uint64_t rows_ = 0;
  bool limit_unknown_ = false;  ///< and there are some
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<TimeWait>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::time_wait
