#pragma once
// Each command from the words of its line; what only one verb has is read and refused in that verb's file.

#include "cli/options/command.h"
#include "cli/options/filter_options.h"

namespace tcpstat::cli::options {

Failure read(const Words& words, ListCommand& to);
Failure read(const Words& words, SummaryCommand& to);
Failure read(const Words& words, WatchCommand& to);
Failure read(const Words& words, EventsCommand& to);
Failure read(const Words& words, TraceCommand& to);
Failure read(const Words& words, ExplainCommand& to);
Failure read(const Words& words, ValidateCommand& to);
Failure read(const Words& words, CheckCommand& to);
Failure read(const Words& words, RecordCommand& to);
Failure read(const Words& words, HistoryCommand& to);
Failure read(const Words& words, AuditCommand& to);

}  // namespace tcpstat::cli::options
