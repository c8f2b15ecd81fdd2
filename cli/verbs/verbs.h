#pragma once
// One function per verb. Each returns how it went, and has said on standard error what went wrong.

#include "cli/exit_status.h"
#include "cli/notes.h"
#include "cli/options/command.h"

namespace tcpstat::cli::verbs {

ExitStatus run(const options::ListCommand& list, const Notes& notes);
ExitStatus run(const options::SummaryCommand& summary, const Notes& notes);
ExitStatus run(const options::WatchCommand& watch, const Notes& notes);
ExitStatus run(const options::EventsCommand& watch, const Notes& notes);
ExitStatus run(const options::TraceCommand& trace, const Notes& notes);
ExitStatus run(const options::ExplainCommand& explain, const Notes& notes);
ExitStatus run(const options::ValidateCommand& validate, const Notes& notes);
ExitStatus run(const options::CheckCommand& check, const Notes& notes);
ExitStatus run(const options::RecordCommand& record, const Notes& notes);
ExitStatus run(const options::HistoryCommand& history, const Notes& notes);
ExitStatus run(const options::AuditCommand& audit, const Notes& notes);
ExitStatus run(const options::WordsCommand& words, const Notes& notes);
ExitStatus run(const options::TextCommand& text, const Notes& notes);

/// For a check or audit whose words could not be understood: prints the line that a monitoring system shows, on
/// standard output because such a system shows nothing else; if JSON was asked for, on standard error.
ExitStatus run_unknown(const options::CommandLine& line, const std::string& sentence, const Notes& notes);

}  // namespace tcpstat::cli::verbs
