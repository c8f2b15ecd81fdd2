// tcpstat check: a verdict with evidence and an exit code.

#include <optional>

#include "cli/state_file.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"

namespace tcpstat::cli::verbs {

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
  CheckReport report = check::run(**host, plan);
  return end_check(command.output, report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
