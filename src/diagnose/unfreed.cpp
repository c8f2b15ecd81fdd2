// Sockets that processes hold and no table of the kernel has: their connections ended, by a RST or a timeout, and the
// program never called close(2). They cost descriptors and memory, and no list shows them.

#include <algorithm>
#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"

namespace tcpstat::diagnose::unfreed {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 0.5, "of the limit", "descriptors that they take of those that the process may have"},
    {"critical", 0.9, "of the limit", "accept(2), socket(2) and open(2) are about to fail (EMFILE)"},
    {"least", 20, "sockets", "of one process: a few are always there, on their way to connect(2)"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"unfreed-sockets", "do programs keep sockets whose connections have ended?",
     "tcp(7); net/ipv4/tcp.c, tcp_done(): the socket leaves the hash tables, the descriptor stays", kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

class Unfreed final : public Diagnosis {
 public:
  explicit Unfreed(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  [[nodiscard]] StateSet states() const override { return {}; }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    looked_ = facts.untabled && facts.most_processes;
    if (!facts.untabled) return;
    for (const Untabled& held : *facts.untabled) {
      if (static_cast<double>(held.sockets) < limit("least")) break;  // the others hold fewer
      out.push_back(of(held, facts));
    }
  }

  void not_seen(std::vector<Unseen>& out) const override {
    if (looked_) return;
    out.push_back({kRule.id,
                   "sockets that programs still hold though their connections have ended: that takes all sockets of a "
                   "live host, and a look into all processes",
                   0, true});
  }

 private:
  [[nodiscard]] double limit(std::string_view name) const { return limit_of(rule_limits_, kRule, name); }

  [[nodiscard]] Finding of(const Untabled& held, const DiagnosisFacts& facts) const {
    const auto sockets = static_cast<double>(held.sockets);
    std::vector<Evidence> because = {
        measured("sockets_in_no_table", sockets, limit("least"), "sockets", "/proc/PID/fd")};
    const auto files = facts.open_files(held.pid);
    Severity severity = Severity::info;
    if (files) {
      const double share = sockets / static_cast<double>(*files);
      const double critical = limit("critical");
      const double warning = limit("warning");
      because.push_back(
          measured("share_of_open_files", share, share >= critical ? critical : warning, "ratio", "/proc/PID/limits"));
      severity = std::max(severity, judged(share, warning, critical));
    }
    Finding one(std::string(kRule.id), severity, Subject::process(held.name, held.pid), std::move(because));
    one.value = sockets;
    one.unit = "sockets";
    one.message = held.name + "(" + std::to_string(held.pid) + ") holds " + counted(held.sockets, "TCP socket") +
                  " that were closed and never freed, or never connected";
    one.brief = held.name + "(" + std::to_string(held.pid) + ") never frees " + counted(held.sockets, "TCP socket");
    one.why = "it does not call close(2)";
    if (severity >= Severity::warning) {
      one.because("its limit of open files is " + std::to_string(*files));
      one.advice = "restart it, which frees them for now; the program must close them";
    }
    one.next = "ls -l /proc/" + std::to_string(held.pid) + "/fd";
    return one;
  }

  const RuleLimits& rule_limits_;
  bool looked_ = false;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Unfreed>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::unfreed
