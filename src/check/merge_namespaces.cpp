#include "check/merge_namespaces.h"

#include <algorithm>
#include <utility>

#include "base/quantity_text.h"
#include "check/check_headline.h"
#include "check/merge_findings.h"

namespace tcpstat::check {
namespace {

template <typename Judgement>
void take_over(std::vector<Judgement>& to, std::vector<Judgement> from, const std::string& netns) {
  for (Judgement& one : from) one.netns = netns;
  check::merge(to, std::move(from));
}

auto value_of(auto& values, const std::string& label) {
  return std::find_if(values.begin(), values.end(), [&](const PerformanceValue& one) { return one.label == label; });
}

/// Counts are added; shares and times of several namespaces have no sum. Nor is there one of a count that a namespace
/// does not tell.
void add(std::vector<PerformanceValue>& to, const std::vector<PerformanceValue>& from, bool first) {
  for (PerformanceValue& value : to) {
    if (value_of(from, value.label) == from.end()) value.value.reset();
  }
  for (const PerformanceValue& value : from) {
    if (!value.unit.empty() && value.unit != "c") continue;
    const auto at = value_of(to, value.label);
    if (at == to.end()) {
      to.push_back(value);
      if (!first) to.back().value.reset();
      continue;
    }
    at->value = at->value && value.value ? std::optional(*at->value + *value.value) : std::nullopt;
    at->most = at->most && value.most ? std::optional(*at->most + *value.most) : std::nullopt;
  }
}

std::string namespaces(std::size_t count) { return counted(count, "network namespace"); }

/// "netns web: … (and 2 more of 12 network namespaces)": the worst one, and how many others are in trouble.
std::string merged_headline(const CheckReport& report) {
  const auto bad = [](const NamespaceVerdict& one) { return one.status >= Severity::unknown; };
  const auto& all = report.namespaces;
  const auto count = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), bad));
  if (count == 0) return quiet_headline(report, " in " + namespaces(all.size()));
  const auto worst =
      std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.status < b.status; });
  std::string text = "netns " + worst->name + ": " + worst->headline;
  if (count > 1) text += " (and " + std::to_string(count - 1) + " more of " + namespaces(all.size()) + ")";
  return text;
}

}  // namespace

CheckReport merge(std::vector<NamespaceCheck> checks) {
  CheckReport all;
  if (checks.empty()) {
    all.status = Severity::unknown;
    all.headline = kAllEnded;
    return all;
  }
  all.reading = envelope_of(checks.front().report.reading);
  bool first = true;
  for (NamespaceCheck& check : checks) {
    CheckReport& report = check.report;
    add_verdict(all, check);
    take_over(all.findings, std::move(report.findings), check.name);
    take_over(all.verdicts, std::move(report.verdicts), check.name);
    for (std::string& sentence : report.not_seen) {
      const bool told = std::find(all.not_seen.begin(), all.not_seen.end(), sentence) != all.not_seen.end();
      if (!told) all.not_seen.push_back(std::move(sentence));
    }
    all.all_judged = all.all_judged && report.all_judged;
    add(all.performance, report.performance, first);
    first = false;
  }
  all.headline = merged_headline(all);
  return all;
}

}  // namespace tcpstat::check
