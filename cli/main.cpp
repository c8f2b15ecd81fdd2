// scan -> command -> run -> exit status. The one place that catches.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/last_words.h"
#include "cli/live/terminal_guard.h"
#include "cli/notes.h"
#include "cli/options/command.h"
#include "cli/signals.h"
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

ExitStatus refuse(const options::CommandLine& line, const std::string& sentence, const Notes& notes) {
  if (line.verb->exit_codes == options::ExitCodes::monitoring_plugin) return verbs::run_unknown(line, sentence, notes);
  notes.error(sentence);
  return ExitStatus::failed;
}

ExitStatus run(const options::CommandLine& line, Notes& notes) {
  const auto parsed = options::parse_command(line);
  if (!parsed) return refuse(line, parsed.error().sentence, notes);
  notes.set_quiet(options::is_quiet(parsed->command));
  for (const std::string& note : parsed->notes) notes.print(Notes::Level::note, note);
  const ExitStatus status =
      std::visit([&](const auto& command) { return verbs::run(command, notes); }, parsed->command);
  return std::holds_alternative<options::TextCommand>(parsed->command) ? as_plugin(*line.verb, status) : status;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_descriptors();
  // A closed pipe is an error of write(2), which ends the output and the dump, not a signal.
  ignore_signal(SIGPIPE);
  // So is a file that may not grow further (RLIMIT_FSIZE).
  ignore_signal(SIGXFSZ);
  static const LastWords last_words({argv + 1, argv + argc});
  // An exception that is thrown where none may be thrown ends here.
  std::set_terminate([] {
    live::give_terminal_back();
    ::_exit(code(last_words.say("out of memory")));
  });
  try {
    Notes notes;
    return code(run(options::scan_command_line({argv + 1, argv + argc}), notes));
  } catch (const std::bad_alloc&) {
    return code(last_words.say("out of memory"));
  } catch (const std::exception& error) {
    return code(last_words.say(error.what()));
  } catch (...) {
    return code(last_words.say("an unknown error"));
  }
}
