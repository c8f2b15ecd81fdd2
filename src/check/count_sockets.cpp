#include "check/count_sockets.h"

#include <cmath>

#include "base/quantity_text.h"
#include "report/ask_for_all.h"
#include "report/source_names.h"
#include "survey/dump.h"
#include "survey/whole_answer.h"

namespace tcpstat::check {
namespace {

class Nowhere final : public Sink {
 public:
  Flow connection(const Connection&) override { return Flow::more; }
  Flow listener(const Listener&) override { return Flow::more; }
};

survey::Dump count(Host& host, const filter::Filter& filter, Sink* audience) {
  survey::DumpPlan plan;
  plan.query.filter = filter;
  plan.query.states = filter.states;
  if (filter.needs_owners()) plan.owners = survey::DumpPlan::Owners::required;
  Nowhere nowhere;
  return survey::take(host, plan, audience != nullptr ? *audience : nowhere);
}

/// Whether an alarm stands however many rows were not seen: more of them only leave the range further behind. A count
/// inside of an inverted range is never beyond its end.
bool proven(const ValueRange& range, long double count, const Coverage& coverage) {
  return coverage.complete || count > range.end();
}

/// The end of the range that the count is beyond; of an inverted range, its start.
void add_limit(Evidence& evidence, const ValueRange& range) {
  const auto count = static_cast<long double>(evidence.value.value_or(0));
  const bool below = count < range.start();
  evidence.op = range.inverted() ? "inside" : below ? "<" : ">";
  const long double limit = below || range.inverted() ? range.start() : range.end();
  if (std::isfinite(limit)) evidence.limit = static_cast<double>(limit);
}

std::optional<double> upper_end(const std::optional<CountRange>& limit) {
  if (!limit || !std::isfinite(limit->range.end())) return std::nullopt;
  return static_cast<double>(limit->range.end());
}

/// A state by its name, several by what they are.
std::string label(const StateSet& states) {
  for (const StateInfo& state : tcpstat::states()) {
    if (states == StateSet{state.state}) return std::string(state.key);
  }
  return "sockets";
}

std::string text_of(const std::optional<CountRange>& limit) { return limit ? limit->text : std::string(); }

/// "3 sockets match --state CLOSE_WAIT"
std::string matching_sockets(std::uint64_t count, const std::string& filter_words) {
  std::string text = counted(count, "socket");
  if (!filter_words.empty()) text += (count == 1 ? " matches" : " match") + filter_words;
  return text;
}

}  // namespace

CheckReport count_sockets(Host& host, const CheckPlan& plan) {
  CheckReport report;
  survey::Dump dump = count(host, plan.filter, plan.audience);
  survey::ask_for_all_that_match(plan.filter, host.is_file(), dump.report.coverage);
  report.reading = std::move(dump.report);
  const Coverage& coverage = report.reading.coverage;
  const std::uint64_t count = report.reading.tally.total();
  const std::string what = matching_sockets(count, plan.filter_words);
  report.headline = what;
  report.status = coverage.complete ? Severity::ok : Severity::unknown;
  const bool counted_any = !report.reading.counted().empty();
  if (!coverage.complete) {
    report.headline = counted_any ? "not all sockets could be read; " + what : coverage.why_incomplete();
  }
  if (dump.error) report.headline = dump.error->sentence();
  if (plan.filter.ipv4 && plan.filter.ipv6 && coverage.ipv4 != coverage.ipv6) {
    report.not_seen.push_back(unread_family(coverage, host.is_file()));
  }

  const auto judge = [&](const std::optional<CountRange>& limit, Severity severity, const char* option) {
    if (!limit || !limit->range.alarms_at(count) || !proven(limit->range, count, coverage)) return false;
    Evidence evidence{.quantity = "selected_sockets",
                      .value = static_cast<double>(count),
                      .op = {},
                      .limit = {},
                      .unit = "sockets",
                      .source = host.evidence_names().rows};
    add_limit(evidence, limit->range);
    Finding finding("count", severity, Subject::sockets(label(plan.filter.states)), {evidence});
    finding.value = static_cast<double>(count);
    finding.unit = "sockets";
    finding.warning = upper_end(plan.warning);
    finding.critical = upper_end(plan.critical);
    const std::string fault =
        std::string(limit->range.inverted() ? "inside " : "outside ") + option + " " + limit->text;
    finding.message = what + ", " + fault;
    finding.brief =
        counted(count, "socket") + (count == 1 ? " matches, " : " match, ") + fault;  // the command has the filters
    finding.next = host.evidence_names().command("tcpstat" + plan.netns_words + plan.filter_words);
    report.status = severity;
    report.headline = finding.message;
    report.findings.push_back(std::move(finding));
    return true;
  };
  if (!judge(plan.critical, Severity::critical, "-c")) judge(plan.warning, Severity::warning, "-w");
  report.performance.push_back(
      {.label = label(plan.filter.states),
       .value = !dump.error && counted_any ? std::optional(static_cast<double>(count)) : std::nullopt,
       .unit = "",
       .warning = text_of(plan.warning),
       .critical = text_of(plan.critical),
       .least = 0,
       .most = std::nullopt});
  return report;
}

}  // namespace tcpstat::check
