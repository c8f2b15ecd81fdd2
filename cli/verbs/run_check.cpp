// tcpstat check: a verdict with evidence and an exit code.

#include "cli/verbs/check_ending.h"
#include "cli/verbs/examination.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/socket_count.h"
#include "cli/verbs/verbs.h"

namespace tcpstat::cli::verbs {

ExitStatus run_check(const options::Request& request, const Notes& notes) {
  auto reading = host::open_host(host_options(request));
  if (!reading) return end_unknown(request, reading.error(), notes);
  auto output = Output::open(request.output_file);
  if (!output) return end_unknown(request, output.error(), notes);
  CheckReport report =
      request.check.counts() ? count_sockets(request, **reading) : Examination(request, **reading).run();
  return end_check(request, report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
