// tcpstat audit: this host's defences against SYN floods and exhaustion. It reads and changes nothing.

#include "audit/host_audit.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"

namespace tcpstat::cli::verbs {

ExitStatus run_audit(const options::Request& request, const Notes& notes) {
  auto host = host::open_host(host_options(request));
  if (!host) return end_unknown(request, host.error(), notes);
  auto report = audit::audit_host(**host);
  if (!report) return end_unknown(request, report.error(), notes);
  auto output = Output::open(request.output_file);
  if (!output) return end_unknown(request, output.error(), notes);
  return end_audit(request, *report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
