// tcpstat check: a verdict with evidence and an exit code.

#include <optional>

#include "cli/state_file.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/counted_metrics.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"

namespace tcpstat::cli::verbs {
namespace {

Expected<void> write_metrics(const std::string& path, const CheckReport& report) {
  auto output = Output::open(path);
  if (!output) return tl::make_unexpected(output.error());
  TextBuffer out(output->fd());
  render::format(render::FormatId::prometheus).check({.out = out}, report);
  out.flush();
  if (out.error() != 0) return failure("write " + output->name(), out.error());
  return output->commit();
}

/// What was asked for is not there: that is not ok, however quiet the host is.
void say_unwritten(const Error& error, CheckReport& report) {
  report.reading.coverage.lose("metrics_file", error.sentence());
  if (report.status >= Severity::warning) return;
  report.status = Severity::unknown;
  report.headline = error.sentence();
}

}  // namespace

ExitStatus run(const options::CheckCommand& command, const Notes& notes) {
  auto host = host::open_host(host_options(command.source, command.filter));
  if (!host) return end_unknown_check(command.output, host.error(), notes);
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_unknown_check(command.output, output.error(), notes);
  check::CheckPlan plan = check_plan(command);
  plan.filter = settled(plan.filter, **host);
  std::optional<StateFile> state_file;
  const auto* rules = std::get_if<options::RuleChoice>(&command.judge);
  if (rules != nullptr && !rules->state_file.empty()) {
    plan.memory = &state_file.emplace(rules->state_file, command.source.timeout);
  }
  std::optional<CountedMetrics> metrics;
  if (render::format(command.output.format).counts_metrics || !command.metrics_file.empty()) {
    metrics.emplace(**host, std::vector<std::string>{});
    plan.audience = &metrics->rows();
  }
  CheckReport report = check::run(**host, plan);
  if (metrics) report.metrics = metrics->take();
  if (!command.metrics_file.empty()) {
    if (auto written = write_metrics(command.metrics_file, report); !written) say_unwritten(written.error(), report);
  }
  return end_check(command.output, report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
