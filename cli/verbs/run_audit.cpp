// tcpstat audit: this host's defences against SYN floods and exhaustion. It reads and changes nothing.

#include <algorithm>

#include "audit/audit.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/run_facts.h"
#include "cli/verbs/verbs.h"
#include "filter/query.h"
#include "model/row_store.h"
#include "report/source_names.h"

namespace tcpstat::cli::verbs {
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

/// "2 of 17 settings deserve attention: tcp_syncookies, somaxconn"
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
    if (hidden == 0) return "all " + all + " defences are as they should be";
    return std::to_string(static_cast<std::ptrdiff_t>(checks.size()) - hidden) + " of " + all +
           " defences are as they should be, the others are not shown here";
  }
  return std::to_string(count) + " of " + all + (count == 1 ? " defences deserves" : " defences deserve") +
         " attention: " + names;
}

}  // namespace

ExitStatus run_audit(const options::Request& request, const Notes& notes) {
  auto reading = host::open_host(host_options(request));
  if (!reading) return end_unknown(request, reading.error(), notes);
  if ((*reading)->is_file()) {
    return end_unknown(request, Error{"audit a saved file", 0, "leave out --source", "it has no settings"}, notes);
  }
  auto output = Output::open(request.output_file);
  if (!output) return end_unknown(request, output.error(), notes);

  AuditReport report;
  report.reading = start_report(request, **reading);
  report.reading.selected = StateSet{State::listen};
  filter::Query query;
  query.states = StateSet{State::listen};
  Listeners listeners;
  const auto read = (*reading)->read(query, listeners, report.reading.coverage);
  complete_warnings(report.reading.coverage, read);
  report.reading.source = (*reading)->source_name();
  for (const Listener& row : listeners.all()) report.reading.tally.add(State::listen, row.family);

  const KernelFacts facts = (*reading)->kernel_facts();
  report.checks = audit::audit({facts, listeners.all()});
  const SourceNames names = (*reading)->evidence_names();
  for (AuditCheck& check : report.checks) check.source = names.of(check.source);
  report.status = report.reading.coverage.complete ? Severity::ok : Severity::unknown;
  for (const AuditCheck& check : report.checks) {
    if (check.status != Severity::info) report.status = worse(report.status, check.status);
  }
  report.headline = headline(report.checks);
  return end_audit(request, report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
