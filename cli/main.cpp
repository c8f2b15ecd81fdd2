// scan -> command -> run -> exit status. The one place that catches.

#include <fcntl.h>
#include <signal.h>

#include <clocale>
#include <exception>
#include <string>
#include <vector>

#include "cli/notes.h"
#include "cli/options/command.h"
#include "cli/options/request.h"
#include "cli/verbs/verbs.h"

namespace {

using namespace tcpstat::cli;

/// A descriptor below 3 that our parent closed would be given to the first file we open, and rows would go there.
/// Opened for reading, standard output still fails as a closed one should.
void occupy_closed_descriptors() {
  for (int fd = 0; fd < 3; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) ::open("/dev/null", O_RDONLY);
  }
}

/// A monitoring system that gets a usage error, or help, has found out nothing.
ExitStatus as_plugin(const options::VerbInfo& verb, ExitStatus status) {
  return verb.exit_codes == options::ExitCodes::monitoring_plugin ? ExitStatus::unknown : status;
}

ExitStatus run(const options::ListCommand& list, const Notes& notes) {
  return verbs::run_list(as_request(list), notes);
}
ExitStatus run(const options::SummaryCommand& summary, const Notes& notes) {
  return verbs::run_summary(as_request(summary), notes);
}
ExitStatus run(const options::WatchCommand& watch, const Notes& notes) {
  return verbs::run_watch(as_request(watch), notes);
}
ExitStatus run(const options::EventsCommand& watch, const Notes& notes) {
  return verbs::run_watch(as_request(watch), notes);
}
ExitStatus run(const options::ExplainCommand& explain, const Notes& notes) {
  return verbs::run_explain(as_request(explain), notes);
}
ExitStatus run(const options::ValidateCommand& validate, const Notes& notes) {
  return verbs::run_validate(as_request(validate), notes);
}
ExitStatus run(const options::CheckCommand& check, const Notes& notes) {
  return verbs::run_check(as_request(check), notes);
}
ExitStatus run(const options::AuditCommand& audit, const Notes& notes) {
  return verbs::run_audit(as_request(audit), notes);
}
ExitStatus run(const options::WordsCommand& words, const Notes& notes) {
  return verbs::run_words(as_request(words), notes);
}
ExitStatus run(const options::TextCommand& text, const Notes& notes) { return verbs::run_text(text.text, notes); }

ExitStatus refuse(const std::vector<std::string>& words, const options::VerbInfo& verb, const std::string& sentence,
                  const Notes& notes) {
  if (verb.exit_codes == options::ExitCodes::monitoring_plugin) return verbs::run_unknown(words, sentence, notes);
  notes.error(sentence);
  return ExitStatus::failed;
}

ExitStatus run(const std::vector<std::string>& words, const options::CommandLine& line, Notes& notes) {
  const auto parsed = options::parse_command(line);
  if (!parsed) return refuse(words, *line.verb, parsed.error().sentence, notes);
  notes.set_quiet(options::is_quiet(parsed->command));
  for (const std::string& note : parsed->notes) notes.print(Notes::Level::note, note);
  const ExitStatus status = std::visit([&](const auto& command) { return run(command, notes); }, parsed->command);
  return std::holds_alternative<options::TextCommand>(parsed->command) ? as_plugin(*line.verb, status) : status;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_descriptors();
  // A closed pipe is an error of write(2), which ends the output and the dump, not a signal.
  ::signal(SIGPIPE, SIG_IGN);
  std::setlocale(LC_CTYPE, "");
  Notes notes;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const options::CommandLine line = options::scan_command_line(words);
  try {
    return code(run(words, line, notes));
  } catch (const std::exception& error) {
    notes.error(std::string("cannot go on: ") + error.what());
    return code(as_plugin(*line.verb, ExitStatus::failed));
  }
}
