#include "audit/host_audit.h"

#include <algorithm>

#include "audit/audit.h"
#include "model/row_store.h"
#include "report/source_names.h"
#include "survey/dump.h"

namespace tcpstat::audit {
namespace {

class Listeners final : public Sink {
 public:
  Flow connection(const Connection&) override { return Flow::more; }
  Flow listener(const Listener& row) override {
    rows_.keep(row);
    return Flow::more;
  }
  [[nodiscard]] const std::vector<Listener>& all() { return rows_.listeners(); }

 private:
  RowStore rows_;
};

/// "2 of 17 defences deserve attention: tcp_syncookies, somaxconn"
std::string headline(const std::vector<AuditCheck>& checks) {
  std::string names;
  std::size_t count = 0;
  for (const Severity severity : {Severity::critical, Severity::warning, Severity::unknown}) {
    for (const AuditCheck& check : checks) {
      if (check.status != severity) continue;
      ++count;
      names += (names.empty() ? "" : ", ") + std::string(check.name);
    }
  }
  const std::string all = std::to_string(checks.size());
  if (count == 0) {
    const auto hidden =
        std::count_if(checks.begin(), checks.end(), [](const AuditCheck& check) { return !check.value; });
    std::string advised;
    std::ptrdiff_t hints = 0;
    for (const AuditCheck& check : checks) {
      if (!check.value || check.advice.empty()) continue;
      ++hints;
      advised += (advised.empty() ? "" : ", ") + std::string(check.name);
    }
    if (hidden + hints == 0) return "all " + all + " defences are as they should be";
    std::string text = std::to_string(static_cast<std::ptrdiff_t>(checks.size()) - hidden - hints) + " of " + all +
                       " defences are as they should be";
    if (hints > 0) text += ", worth a look: " + advised;
    if (hidden == 0) return text;
    return text + (hints == 0 ? ", the others are hidden here" : ", " + std::to_string(hidden) + " hidden here");
  }
  return std::to_string(count) + " of " + all + (count == 1 ? " defences deserves" : " defences deserve") +
         " attention: " + names;
}

/// A file that is missing belongs to a feature that this kernel lacks. A file that cannot be read hides something.
void note_unread_counters(const KernelFacts& facts, AuditReport& report) {
  for (const UnreadFile& unread : facts.unread) {
    std::string lines;
    for (const AuditCheck& check : report.checks) {
      if (check.source.find("/" + std::string(unread.file)) == std::string::npos) continue;
      lines += (lines.empty() ? "" : ", ") + std::string(check.name);
    }
    if (lines.empty()) continue;
    report.reading.coverage.lose("counters_unread", unread.sentence() + "; not judged: " + lines);
  }
}

}  // namespace

Expected<AuditReport> audit_host(Host& host) {
  if (host.is_file()) return failure("audit a saved file", 0, "leave out --source", "it has no settings");
  survey::DumpPlan plan;
  plan.query.filter.states = StateSet{State::listen};
  plan.query.states = plan.query.filter.states;
  Listeners listeners;
  AuditReport report;
  report.reading = survey::take(host, plan, listeners).report;

  const KernelFacts facts = host.kernel_facts();
  report.checks = audit({facts, listeners.all(), report.reading.coverage.completeness()});
  note_unread_counters(facts, report);
  const SourceNames names = host.evidence_names();
  for (AuditCheck& check : report.checks) check.source = names.of(check.source);
  report.status = report.reading.coverage.complete ? Severity::ok : Severity::unknown;
  for (const AuditCheck& check : report.checks) {
    if (check.status != Severity::info) report.status = worse(report.status, check.status);
  }
  report.headline = headline(report.checks);
  if (!report.reading.coverage.complete && report.status == Severity::unknown) {
    report.headline = report.reading.coverage.why_incomplete();
  }
  return report;
}

}  // namespace tcpstat::audit
