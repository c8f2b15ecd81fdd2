// tcpstat explain: what a state, a transition, a course of events or a rule means. Reads no sockets.

#include "check/rules.h"
#include "cli/options/words.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/verbs.h"
#include "explain/explain.h"
#include "parsers/procfs/kernel_limits_reader.h"

namespace tcpstat::cli::verbs {
namespace {

std::string sentence(const explain::UnknownName& unknown) {
  const bool state = unknown.wanted == explain::UnknownName::Wanted::state;
  return "cannot explain " + std::string(state ? "the state " : "") + options::in_quotes(unknown.word) + " (" +
         (unknown.nearest.empty() ? "" : "did you mean " + unknown.nearest + "? ") + "see: tcpstat explain --all)";
}

explain::Form form_of(const options::Request& request) {
  if (request.drawing == "dot") return explain::Form::dot;
  if (request.drawing == "mermaid") return explain::Form::mermaid;
  return request.format->name == "json" ? explain::Form::json : explain::Form::text;
}

}  // namespace

ExitStatus run_explain(const options::Request& request, const Notes& notes) {
  const auto rules = check::all_rules();
  const auto subject = explain::find_subject(request.subject, rules);
  if (!subject) {
    notes.error(sentence(subject.error()));
    return ExitStatus::failed;
  }
  const std::string proc = request.proc_root.empty() ? "/proc" : request.proc_root;
  const Terminal terminal = look_at_terminal(1);
  const explain::Manner manner{form_of(request), terminal.utf8 ? explain::Drawing::utf8 : explain::Drawing::ascii};
  const std::string text = explain::explain(*subject, {rules, procfs::read_kernel_limits(proc)}, manner);
  auto output = Output::open(request.output_file);
  if (!output) return end_failed(output.error(), notes);
  TextBuffer out(output->fd());
  out.append(manner.form == explain::Form::json ? text : terminal.words(text));
  return finish_output(out, *output, ExitStatus::done, notes);
}

}  // namespace tcpstat::cli::verbs
