// tcpstat audit: this host's defences against SYN floods and exhaustion. It reads and changes nothing.

#include "audit/host_audit.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"

namespace tcpstat::cli::verbs {

ExitStatus run(const options::AuditCommand& command, const Notes& notes) {
  auto host = host::open_host(host_options(command.source));
  if (!host) return end_unknown_audit(command.output, host.error(), notes);
  auto report = audit::audit_host(**host);
  if (!report) return end_unknown_audit(command.output, report.error(), notes);
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_unknown_audit(command.output, output.error(), notes);
  return end_audit(command.output, *report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
