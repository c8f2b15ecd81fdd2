#include "check/check_headline.h"

#include <algorithm>

#include "base/quantity_text.h"
#include "detect/finding_rules.h"

namespace tcpstat::check {
namespace {

std::string told(const Finding& finding) {
  return (finding.netns.empty() ? "" : "netns " + finding.netns + ": ") + finding.sentence();
}

}  // namespace

std::string quiet_headline(const CheckReport& report, const std::string& where) {
  const std::vector<Finding>& findings = report.findings;
  // An INFO finding makes the headline, but not a blind spot or a doubtful flood, which are told behind it.
  const auto known = std::find_if(findings.begin(), findings.end(), [](const Finding& one) {
    const bool doubtful = one.is(detect::kBlindRule) || one.is(detect::kSynFloodRule);
    return one.severity == Severity::info && !doubtful;
  });
  if (known != findings.end()) return told(*known);
  std::string out = counted(report.reading.tally.total(), "socket") + where + ", nothing wrong" +
                    (report.all_judged ? "" : " in what could be judged");
  // What cannot be seen stands in lines of its own.
  const auto worth_knowing = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::info && !finding.is(detect::kBlindRule);
  });
  if (worth_knowing != findings.end()) out += "; worth knowing: " + told(*worth_knowing);
  return out;
}

std::string headline(const CheckReport& report) {
  const std::vector<Finding>& findings = report.findings;
  const Coverage& coverage = report.reading.coverage;
  if (!findings.empty() && findings.front().severity >= Severity::warning) {
    const auto more = std::count_if(findings.begin() + 1, findings.end(),
                                    [](const Finding& finding) { return finding.severity >= Severity::unknown; });
    return findings.front().sentence() + (more > 0 ? " (and " + std::to_string(more) + " more)" : "");
  }
  if (!coverage.complete) return coverage.why_incomplete();
  if (!findings.empty() && findings.front().severity == Severity::unknown) return findings.front().sentence();
  return quiet_headline(report, {});
}

}  // namespace tcpstat::check
