#include "check/unread_counters.h"

#include <array>
#include <string>

namespace tcpstat::check {
namespace {

/// A rule that compares counters of a file, or how they grew. Those that only add to what rows say are not among them.
struct Rest {
  std::string_view file;  ///< as in kernel_facts.def
  std::string_view rule;
  Readings needs = Readings::one;  ///< two: from one it tells nothing, or what rows say
};

constexpr auto kRests = std::to_array<Rest>({
    {"netstat", "syn-flood"},
    {"netstat", "cookie-answers"},
    {"netstat", "silent-drops"},
    {"netstat", "embryonic-resets"},
    {"netstat", "syn-queue-small"},
    {"netstat", "return-path"},
    {"netstat", "accept-queue-full"},
    {"netstat", "half-open-resets", Readings::two},
    {"netstat", "outgoing-refused", Readings::two},
    {"netstat", "syn-sent-blackhole", Readings::two},
    {"netstat", "time-wait-limit", Readings::two},
    {"netstat", "signature-failed", Readings::two},
    {"snmp", "completions"},
    {"snmp", "closed-port-resets"},
    {"snmp", "return-path"},
    {"snmp", "refused-connections", Readings::two},
    {"snmp", "outgoing-refused", Readings::two},
    {"snmp", "retransmitting", Readings::two},
    {"snmp", "syn-sent-blackhole", Readings::two},
    {"sockstat", "tcp-memory"},
    {"sockstat", "orphans"},
    {"stat/nf_conntrack", "conntrack-pressure"},
    {"stat/nf_conntrack", "conntrack-full", Readings::two},
    {"stat/synproxy", "synproxy-answers"},
});

/// A rule that knows nothing but how much a counter grew.
struct Growth {
  std::string_view rule;
  std::string_view what;
  std::optional<std::uint64_t> KernelCounters::*counter;
};
constexpr auto kGrowths = std::to_array<Growth>({
    {"refused-connections", "whether connections are refused", &KernelCounters::out_rsts},
    {"outgoing-refused", "whether connections are refused that this host opens", &KernelCounters::attempt_fails},
    {"half-open-resets", "whether handshakes are given up by RST", &KernelCounters::embryonic_rsts},
    {"signature-failed", "whether segments fail the check of their signature", &KernelCounters::md5_failure},
});

}  // namespace

std::vector<diagnose::Unseen> growth_not_seen(const KernelFacts& now, const KernelFacts* before,
                                              std::string_view remedy) {
  std::vector<diagnose::Unseen> out;
  for (const Growth& one : kGrowths) {
    if (before != nullptr && growth(before->counters.*one.counter, now.counters.*one.counter)) continue;
    const std::string why = before == nullptr              ? ": one sample has no rates" + std::string(remedy)
                            : !(now.counters.*one.counter) ? ": its counter is not known"
                                                           : ": its counter was not read the first time";
    out.push_back({one.rule, std::string(one.what) + why, 0, true});
  }
  return out;
}

void note_unread_counters(const KernelFacts& facts, Readings readings,
                          const std::function<bool(std::string_view)>& wants, Coverage& coverage) {
  for (const UnreadFile& unread : facts.unread) {
    std::string rules;
    for (const Rest& rest : kRests) {
      if (rest.file != unread.file || rest.needs > readings || !wants(rest.rule)) continue;
      rules += (rules.empty() ? "" : ", ") + std::string(rest.rule);
    }
    if (rules.empty()) continue;
    coverage.lose("counters_unread", unread.sentence() + "; not judged: " + rules);
  }
}

void warn_of_unread_counters(const KernelFacts& facts, Coverage& coverage) {
  for (const UnreadFile& unread : facts.unread) {
    coverage.warn("counters_unread", unread.sentence() + "; judged without it");
  }
}

}  // namespace tcpstat::check
