#pragma once
// How check and audit end. Everything goes to standard output, because monitoring systems show nothing else; with -q
// nothing does while all is well, so that cron mails exactly when there is something to read.

#include "cli/exit_status.h"
#include "cli/notes.h"
#include "cli/options/command.h"
#include "cli/output.h"
#include "report/check_report.h"

namespace tcpstat::cli::verbs {

/// Settles the exit code, and writes.
ExitStatus end_check(const options::OutputChoice& choice, CheckReport& report, Output& output, const Notes& notes);
ExitStatus end_audit(const options::OutputChoice& choice, AuditReport& report, Output& output, const Notes& notes);

/// For a run that found out nothing: the same documents, empty.
ExitStatus end_unknown_check(const options::CheckCommand& command, const Error& error, const Notes& notes);
ExitStatus end_unknown_audit(const options::AuditCommand& command, const Error& error, const Notes& notes);

}  // namespace tcpstat::cli::verbs
