#include "cli/verbs/socket_count.h"
#include "filter/query.h"
#include "report/source_names.h"

#include <cmath>

#include "cli/verbs/ending.h"
#include "cli/verbs/owner_stage.h"
#include "cli/verbs/run_facts.h"
#include "survey/selection.h"

namespace tcpstat::cli::verbs {
namespace {

class Nowhere final : public Sink {
 public:
  Flow connection(const Connection&) override { return Flow::more; }
  Flow listener(const Listener&) override { return Flow::more; }
};

/// Whether rows that were not seen could still end the alarm: more of them only leave the range further behind.
bool proven(const check::ValueRange& range, long double count, const Coverage& coverage) {
  return coverage.complete || (!range.inverted() && count > range.end());
}

/// The end of the range that the count is beyond, or would be.
void add_limit(Evidence& evidence, const check::ValueRange& range) {
  const auto count = static_cast<long double>(evidence.value.value_or(0));
  const bool below = count < range.start();
  evidence.op = range.inverted() ? "inside" : below ? "<" : ">";
  const long double limit = below || range.inverted() ? range.start() : range.end();
  if (std::isfinite(limit)) evidence.limit = static_cast<double>(limit);
}

std::optional<double> upper_end(const std::optional<check::ValueRange>& range) {
  if (!range || !std::isfinite(range->end())) return std::nullopt;
  return static_cast<double>(range->end());
}

/// A state by its name, several by what they are.
std::string label(const StateSet& states) {
  for (const StateInfo& state : tcpstat::states()) {
    if (states == StateSet{state.state}) return std::string(state.key);
  }
  return "sockets";
}

}  // namespace

CheckReport count_sockets(const options::Request& request, Host& reading) {
  CheckReport report;
  report.reading = start_report(request, reading);
  Coverage& coverage = report.reading.coverage;
  filter::Query query;
  query.filter = request.filter;
  query.states = request.filter.states;
  Nowhere nowhere;
  OwnerStage owners(reading, request.filter.needs_owners(), request.filter);
  survey::Selection selection(request.filter, survey::Selection::HalfOpens::not_read, owners.behind_selection(nowhere));
  Expected<void> read = owners.open();
  if (read) read = reading.read(query, owners.before_selection(selection), coverage);
  owners.finish(selection);
  owners.add_warnings(coverage);
  complete_warnings(coverage, read);
  report.reading.source = reading.source_name();
  report.reading.tally = selection.tally();

  const std::uint64_t count = selection.tally().total();
  const options::CheckRequest& check = request.check;
  const std::string what = std::to_string(count) + (count == 1 ? " socket" : " sockets") +
                           (check.filter_words.empty() ? ""
                            : count == 1               ? " matches"
                                                       : " match") +
                           check.filter_words;
  report.headline = what;
  report.status = coverage.complete ? Severity::ok : Severity::unknown;
  if (!coverage.complete) report.headline = "not all sockets could be read; " + what;
  if (!read) report.headline = read.error().sentence();

  const auto judge = [&](const std::optional<check::ValueRange>& range, const std::string& typed, Severity severity,
                         std::string_view option) {
    if (!range || !range->alarms_at(count) || !proven(*range, count, coverage)) return false;
    Evidence evidence{.quantity = "selected_sockets",
                      .value = static_cast<double>(count),
                      .op = {},
                      .limit = {},
                      .unit = "sockets",
                      .source = reading.evidence_names().rows};
    add_limit(evidence, *range);
    Finding finding("count", severity, label(request.filter.states), {evidence});
    finding.value = static_cast<double>(count);
    finding.unit = "sockets";
    finding.warning = upper_end(check.warning);
    finding.critical = upper_end(check.critical);
    finding.message = what + ", " + (range->inverted() ? "inside " : "outside ") + std::string(option) + " " + typed;
    finding.next = "tcpstat" + check.filter_words;
    report.status = severity;
    report.headline = finding.message;
    report.findings.push_back(std::move(finding));
    return true;
  };
  if (!judge(check.critical, check.critical_text, Severity::critical, "-c")) {
    judge(check.warning, check.warning_text, Severity::warning, "-w");
  }
  report.performance.push_back({.label = label(request.filter.states),
                                .value = read ? std::optional(static_cast<double>(count)) : std::nullopt,
                                .unit = "",
                                .warning = check.warning_text,
                                .critical = check.critical_text,
                                .least = 0,
                                .most = std::nullopt});
  return report;
}

}  // namespace tcpstat::cli::verbs
