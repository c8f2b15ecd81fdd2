#include "audit/merge_audits.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/quantity_text.h"

namespace tcpstat::audit {
namespace {

bool alike(const AuditCheck& a, const AuditCheck& b) {
  return a.name == b.name && a.value == b.value && a.status == b.status && a.advice == b.advice;
}

void add(std::vector<AuditCheck>& to, AuditCheck check, const std::string& netns) {
  const auto same = std::find_if(to.begin(), to.end(), [&](const AuditCheck& one) { return alike(one, check); });
  if (same != to.end()) {
    same->namespaces.push_back(netns);
    return;
  }
  check.namespaces = {netns};
  // Beside the lines of the same name, so that the order of the audit stays.
  const auto last = std::find_if(to.rbegin(), to.rend(), [&](const AuditCheck& one) { return one.name == check.name; });
  to.insert(last == to.rend() ? to.end() : last.base(), std::move(check));
}

bool deserves_attention(const AuditCheck& check) { return check.status >= Severity::unknown; }

/// "2 of 17 defences deserve attention in 3 of 200 network namespaces: tcp_syncookies, somaxconn"
std::string merged_headline(const AuditReport& report) {
  const std::size_t all = report.namespaces.size();
  const std::string namespaces = counted(all, "network namespace");
  std::string names;
  std::set<std::string_view> flagged;
  std::set<std::string_view> judged;
  std::set<std::string_view> in;
  for (const Severity severity : {Severity::critical, Severity::warning, Severity::unknown}) {
    for (const AuditCheck& check : report.checks) {
      judged.insert(check.name);
      if (check.status != severity || !deserves_attention(check)) continue;
      in.insert(check.namespaces.begin(), check.namespaces.end());
      if (flagged.insert(check.name).second) names += (names.empty() ? "" : ", ") + std::string(check.name);
    }
  }
  if (flagged.empty()) return "no defence of " + namespaces + " deserves attention";
  return std::to_string(flagged.size()) + " of " + std::to_string(judged.size()) +
         (flagged.size() == 1 ? " defences deserves" : " defences deserve") + " attention in " +
         std::to_string(in.size()) + " of " + namespaces + ": " + names;
}

}  // namespace

AuditReport merge(std::vector<NamespaceAudit> audits) {
  AuditReport all;
  if (audits.empty()) {
    all.status = Severity::unknown;
    all.headline = kAllEnded;
    return all;
  }
  all.reading = envelope_of(audits.front().report.reading);
  const NamespaceAudit* unread = nullptr;
  for (NamespaceAudit& audit : audits) {
    const bool complete = audit.report.reading.coverage.complete;
    if (!complete && (unread == nullptr || audit.report.status > unread->report.status)) unread = &audit;
    add_verdict(all, audit);
    for (AuditCheck& check : audit.report.checks) add(all.checks, std::move(check), audit.name);
  }
  all.headline = merged_headline(all);
  if (all.status == Severity::unknown && unread != nullptr) {
    all.headline = "netns " + unread->name + ": " + unread->report.headline;
  }
  return all;
}

}  // namespace tcpstat::audit
