// tcpstat check: a verdict with evidence and an exit code.

#include <optional>

#include "cli/state_file.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"

namespace tcpstat::cli::verbs {

ExitStatus run_check(const options::Request& request, const Notes& notes) {
  auto host = host::open_host(host_options(request));
  if (!host) return end_unknown(request, host.error(), notes);
  auto output = Output::open(request.output_file);
  if (!output) return end_unknown(request, output.error(), notes);
  check::CheckPlan plan = check_plan(request);
  std::optional<StateFile> state_file;
  if (!request.check.state_file.empty()) {
    plan.memory = &state_file.emplace(request.check.state_file, request.timeout);
  }
  CheckReport report = check::run(**host, plan);
  return end_check(request, report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
