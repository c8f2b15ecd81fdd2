// tcpstat audit: this host's defences against SYN floods and exhaustion. It reads and changes nothing.

#include <optional>

#include "audit/host_audit.h"
#include "audit/merge_audits.h"
#include "cli/verbs/check_ending.h"
#include "cli/verbs/each_namespace.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"

namespace tcpstat::cli::verbs {
namespace {

/// The audit of one of several namespaces; nothing if it has ended meanwhile.
std::optional<audit::NamespaceAudit> audit_one(const host::KnownNamespace& known, const host::HostOptions& options) {
  audit::NamespaceAudit one{known.inode, known.label, {}};
  auto host = host::open_namespace(known, options);
  if (!host && host::is_gone(known)) return std::nullopt;
  auto report = host ? audit::audit_host(**host) : tl::make_unexpected(host.error());
  if (report) {
    one.report = std::move(*report);
  } else {
    note_not_entered(report.error(), one);
  }
  return one;
}

Expected<AuditReport> audit_many(const host::HostOptions& options) {
  const auto list = host::chosen_namespaces(options.netns);
  if (!list) return tl::make_unexpected(list.error());
  AuditReport report = audit::merge(judge_each<audit::NamespaceAudit>(
      *list, 1, [&](const host::KnownNamespace& known) { return audit_one(known, options); }));
  note_hidden(*list, report);
  return report;
}

Expected<AuditReport> audit_all(const options::SourceChoice& source) {
  const bool live = host::info(source.id).live() && source.proc_root.empty();
  if (live && host::names_several(source.netns)) return audit_many(host_options(source));
  auto host = host::open_host(host_options(source));
  if (!host) return tl::make_unexpected(host.error());
  return audit::audit_host(**host);
}

}  // namespace

ExitStatus run(const options::AuditCommand& command, const Notes& notes) {
  auto report = audit_all(command.source);
  if (!report) return end_unknown_audit(command, report.error(), notes);
  auto output = Output::open(command.output.file, command.source.timeout);
  if (!output) return end_unknown_audit(command, output.error(), notes);
  return end_audit(command.output, *report, *output, notes);
}

}  // namespace tcpstat::cli::verbs
