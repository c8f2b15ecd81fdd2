// parse -> run -> exit status. The one place that catches.

#include <fcntl.h>
#include <signal.h>

#include <clocale>
#include <exception>
#include <string>
#include <vector>

#include "cli/notes.h"
#include "cli/options/options.h"
#include "cli/options/request.h"
#include "cli/options/verb_word.h"
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
ExitStatus as_plugin(std::string_view verb, ExitStatus status) {
  return options::judges(verb) ? ExitStatus::unknown : status;
}

ExitStatus refuse(int argc, char** argv, const options::UsageError& error, const Notes& notes) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string verb(options::verb_word(words));
  if (options::judges(verb)) return verbs::run_unknown(words, error.sentence, notes);
  notes.error(error.sentence);
  return ExitStatus::failed;
}

ExitStatus run(int argc, char** argv, Notes& notes) {
  const auto request = options::parse_request(argc, argv);
  if (!request) return refuse(argc, argv, request.error(), notes);
  notes.set_quiet(request->quiet);
  const std::string verb(options::verb_word({argv + 1, argv + argc}));
  for (const std::string& note : request->notes) notes.print(Notes::Level::note, note);
  switch (request->verb) {
    case options::Verb::help:
      return as_plugin(verb, verbs::run_text(options::help_text(), notes));
    case options::Verb::version:
      return as_plugin(verb, verbs::run_text("tcpstat " TCPSTAT_VERSION "\n", notes));
    case options::Verb::words:
      return verbs::run_words(*request, notes);
    case options::Verb::summary:
      return verbs::run_summary(*request, notes);
    case options::Verb::watch:
      return verbs::run_watch(*request, notes);
    case options::Verb::explain:
      return verbs::run_explain(*request, notes);
    case options::Verb::check:
      return verbs::run_check(*request, notes);
    case options::Verb::audit:
      return verbs::run_audit(*request, notes);
    case options::Verb::validate:
      return verbs::run_validate(*request, notes);
    case options::Verb::list:
      return verbs::run_list(*request, notes);
  }
  return ExitStatus::failed;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_descriptors();
  // A closed pipe is an error of write(2), which ends the output and the dump, not a signal.
  ::signal(SIGPIPE, SIG_IGN);
  std::setlocale(LC_CTYPE, "");
  Notes notes;
  try {
    return code(run(argc, argv, notes));
  } catch (const std::exception& error) {
    notes.error(std::string("cannot go on: ") + error.what());
    return code(as_plugin(options::verb_word({argv + 1, argv + argc}), ExitStatus::failed));
  }
}
