// Segments of peers with whom a key was agreed (TCP-MD5, TCP-AO) that lack a signature or have a wrong one. They are
// dropped without an answer, so that connections hang or never open, and no list shows why.

#include <array>

#include "diagnose/diagnosis.h"
#include "diagnose/finding_text.h"

namespace tcpstat::diagnose::signatures {
namespace {

constexpr auto kLimits = std::to_array<ThresholdInfo>({
    {"warning", 3, "segments", "between two samples: a session that restarts leaves one or two late ones"},
});
constexpr auto kRules = std::to_array<RuleInfo>({
    {"signature-failed", "are segments dropped because their TCP-MD5 or TCP-AO signature is wrong?",
     "RFC 2385 §2.0; RFC 5925 §7.5; net/ipv4/tcp.c, tcp_inbound_md5_hash() and tcp_inbound_hash()", kLimits},
});
constexpr const RuleInfo& kRule = kRules[0];

struct Failure {
  std::optional<std::uint64_t> KernelCounters::*counter;
  std::string_view quantity;
  std::string_view what;
};
constexpr auto kFailures = std::to_array<Failure>({
    {&KernelCounters::md5_failure, "md5_failure", "a wrong MD5 signature"},
    {&KernelCounters::md5_not_found, "md5_not_found", "no MD5 signature"},
    {&KernelCounters::ao_bad, "ao_bad", "a wrong AO signature"},
    {&KernelCounters::ao_key_not_found, "ao_key_not_found", "an AO key that is not known here"},
    {&KernelCounters::ao_required, "ao_required", "no AO signature"},
});

class Signatures final : public Diagnosis {
 public:
  explicit Signatures(const RuleLimits& rule_limits) : rule_limits_(rule_limits) {}

  [[nodiscard]] StateSet states() const override { return {}; }

  void conclude(const DiagnosisFacts& facts, std::vector<Finding>& out) override {
    std::uint64_t all = 0;
    std::vector<Evidence> because;
    std::string which;
    for (const Failure& one : kFailures) {
      const std::uint64_t count = facts.grown(one.counter).value_or(0);
      if (count == 0) continue;
      all += count;
      because.push_back(measured(one.quantity, static_cast<double>(count), "segments", "/proc/net/netstat"));
      which += (which.empty() ? "" : ", ") + std::to_string(count) + " with " + std::string(one.what);
    }
    const double warning = limit_of(rule_limits_, kRule, "warning");
    if (all == 0 || static_cast<double>(all) < warning) return;
    Finding one(std::string(kRule.id), Severity::warning, Subject::host(), std::move(because));
    one.value = static_cast<double>(all);
    one.unit = "segments";
    one.warning = warning;
    one.message = counted(all, "segment") + " of peers with a key " + (all == 1 ? "was" : "were") + " dropped " +
                  facts.lately() + ": " + which;
    one.brief = counted(all, "segment") + " dropped for a missing or wrong signature";
    one.why = "both ends do not have the same key";
    one.advice = "compare the keys of both ends (TCP_MD5SIG, TCP_AO; the passwords of BGP sessions)";
    one.next =
        list_command({State::syn_sent, State::syn_recv, State::established}, "-p --sort retransmits:desc --limit 20");
    out.push_back(std::move(one));
  }

 private:
  const RuleLimits& rule_limits_;
};

}  // namespace

std::unique_ptr<Diagnosis> make(const RuleLimits& rule_limits) { return std::make_unique<Signatures>(rule_limits); }
std::span<const RuleInfo> rules() { return kRules; }

}  // namespace tcpstat::diagnose::signatures
