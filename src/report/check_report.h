#pragma once
// What `check` and `audit` say: a status with what it rests on. Texts may hold names that other programs chose:
// renderers escape them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/kernel_facts.h"
#include "report/finding.h"
#include "report/metrics.h"
#include "report/report.h"
#include "report/severity.h"

namespace tcpstat::inline report {

/// One number for monitoring systems to draw: 'label'=value[unit];[warning];[critical];[min];[max].
struct PerformanceValue {
  std::string label;
  std::optional<double> value = {};  ///< nothing prints as U, which the guidelines have for it
  std::string_view unit = {};        ///< "", "s", "%", "B" or "c"
  std::string warning = {};          ///< ranges as they were given, or empty
  std::string critical = {};
  std::optional<double> least = {};
  std::optional<double> most = {};
};

/// What a run over several network namespaces says of one of them.
struct NamespaceVerdict {
  std::uint64_t inode = 0;
  std::string name;  ///< its name, or a process that lives there: hostile text
  Severity status = Severity::ok;
  std::string headline;
  std::string obstacle = {};  ///< why it was not entered, without its own name; empty: it was entered
};

struct CheckReport {
  Report reading;
  Severity status = Severity::ok;
  int exit_code = 0;
  /// The first line behind the status, without the command to type next.
  std::string headline;
  std::vector<Finding> findings;  ///< the worst first
  std::vector<SynVerdict> verdicts;
  std::vector<std::string> not_seen;  ///< by this way of looking, besides what verdicts say of it; one sentence each
  bool all_judged = true;             ///< no rule met rows that it could not judge
  std::vector<PerformanceValue> performance;
  KernelCounters counters = {};              ///< with the rows that were judged
  std::vector<std::string_view> rules = {};  ///< those that were asked
  bool judged_half_opens = false;
  std::optional<Metrics> metrics = {};            ///< as in Summary
  std::vector<NamespaceVerdict> namespaces = {};  ///< none where the run looked at one alone
};

/// One line of the audit.
struct AuditCheck {
  std::string_view name;
  std::optional<std::string> value;  ///< as the kernel prints it, and what it means
  Severity status = Severity::ok;
  std::string advice;                        ///< what to do; empty where all is well
  std::string_view reason;                   ///< why it matters
  std::string_view cost;                     ///< what the advice costs
  std::string source;                        ///< where the value stands
  std::vector<std::string> namespaces = {};  ///< of a run over several: which ones, hostile text
};

struct AuditReport {
  Report reading;
  Severity status = Severity::ok;
  int exit_code = 0;
  std::string headline;
  std::vector<AuditCheck> checks;
  std::vector<NamespaceVerdict> namespaces = {};  ///< none where the run looked at one alone
};

/// "OK", "WARNING", "CRITICAL" or "UNKNOWN": what monitoring systems call it. info is OK.
constexpr std::string_view status_word(Severity severity) {
  switch (severity) {
    case Severity::ok:
    case Severity::info:
      return "OK";
    case Severity::warning:
      return "WARNING";
    case Severity::critical:
      return "CRITICAL";
    case Severity::unknown:
      break;
  }
  return "UNKNOWN";
}

}  // namespace tcpstat::inline report
