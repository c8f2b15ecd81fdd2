#pragma once
// One story a verb; each returns how it went and has said on standard error what went wrong.

#include "cli/exit_status.h"
#include "cli/notes.h"
#include "cli/options/request.h"

namespace tcpstat::cli::verbs {

ExitStatus run_list(const options::Request& request, const Notes& notes);
ExitStatus run_summary(const options::Request& request, const Notes& notes);
ExitStatus run_check(const options::Request& request, const Notes& notes);
ExitStatus run_audit(const options::Request& request, const Notes& notes);
/// check or audit whose words could not be understood: the line that a monitoring system shows, on standard output
/// because it shows nothing else; with JSON asked for, on standard error.
ExitStatus run_unknown(const std::vector<std::string>& words, const std::string& sentence, const Notes& notes);
ExitStatus run_watch(const options::Request& request, const Notes& notes);
ExitStatus run_explain(const options::Request& request, const Notes& notes);
ExitStatus run_validate(const options::Request& request, const Notes& notes);
/// `--list WHAT`
ExitStatus run_words(const options::Request& request, const Notes& notes);
/// `--help` and `--version`
ExitStatus run_text(const std::string& text, const Notes& notes);

}  // namespace tcpstat::cli::verbs
