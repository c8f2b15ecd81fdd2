// tcpstat explain: what a state, a transition, a course of events or a rule means. Reads no sockets.

#include <cstdlib>

#include "check/rules.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/verbs.h"
#include "explain/explain.h"
#include "parsers/procfs/kernel_settings.h"

namespace tcpstat::cli::verbs {
namespace {

std::string sentence(const explain::UnknownName& unknown) {
  const bool state = unknown.wanted == explain::UnknownName::Wanted::state;
  return "cannot explain " + std::string(state ? "the state " : "") + options::in_quotes(unknown.word) + " (" +
         (unknown.nearest.empty() ? "" : "did you mean " + unknown.nearest + "? ") + "see: tcpstat explain --all)";
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

explain::Language reader_language() {
  return explain::language_of({environment("LC_ALL"), environment("LC_MESSAGES"), environment("LANG")});
}

}  // namespace

ExitStatus run(const options::ExplainCommand& command, const Notes& notes) {
  const auto rules = check::all_rules();
  const auto subject = explain::find_subject(command.subject, rules);
  if (!subject) {
    notes.error(sentence(subject.error()));
    return ExitStatus::failed;
  }
  auto output = Output::open(command.output.file);
  if (!output) return end_failed(output.error(), notes);
  TextBuffer out(output->fd());
  const Terminal terminal = look_at_terminal(output->fd());
  const KernelLimits limits = procfs::read_kernel_limits(command.proc_root.empty() ? "/proc" : command.proc_root);
  const explain::Language language = reader_language();
  const auto told = [&](explain::Form form) {
    const explain::Manner manner{form, terminal.utf8 ? explain::Drawing::utf8 : explain::Drawing::ascii, language,
                                 terminal.width};
    return explain::explain(*subject, {rules, limits}, manner);
  };
  if (command.drawing == options::Drawing::none) {
    const render::Format& format = render::format(command.output.format);
    format.explanation({.out = out, .charset = terminal.charset()},
                       {told(explain::Form::text), told(explain::Form::json)});
  } else {
    const bool dot = command.drawing == options::Drawing::dot;
    out.append(terminal.words(told(dot ? explain::Form::dot : explain::Form::mermaid)));
  }
  return finish_output(out, *output, ExitStatus::done, notes);
}

}  // namespace tcpstat::cli::verbs
