#include "cli/verbs/check_ending.h"

#include <algorithm>

#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/verbs.h"
#include "render/judgement_json.h"
#include "render/plugin_output.h"

namespace tcpstat::cli::verbs {
namespace {

render::Detail detail(const options::Request& request) {
  return request.verbose ? render::Detail::evidence : render::Detail::findings;
}

ExitStatus write_out(TextBuffer& out, Output& output, ExitStatus status, const Notes& notes) {
  const ExitStatus written = finish_output(out, output, status, notes);
  return written == ExitStatus::failed ? ExitStatus::unknown : written;
}

ExitStatus say_unknown(const std::string& sentence, const Notes& notes) {
  auto output = Output::open("");
  TextBuffer out(output->fd());
  render::write_unknown(out, sentence);
  return write_out(out, *output, ExitStatus::unknown, notes);
}

}  // namespace

ExitStatus end_check(const options::Request& request, CheckReport& report, Output& output, const Notes& notes) {
  const ExitStatus status = exit_status(report.status);
  report.exit_code = code(status);
  TextBuffer out(output.fd());
  if (request.quiet && status == ExitStatus::ok) return status;
  if (request.format->name == "json") {
    out.append(render::check_document(report));
  } else {
    TextBuffer page;
    render::write_plugin_output(page, report, detail(request));
    out.append(look_at_terminal(output.fd()).words(page.view()));
  }
  return write_out(out, output, status, notes);
}

ExitStatus end_audit(const options::Request& request, AuditReport& report, Output& output, const Notes& notes) {
  const ExitStatus status = exit_status(report.status);
  report.exit_code = code(status);
  TextBuffer out(output.fd());
  if (request.quiet && status == ExitStatus::ok) return status;
  if (request.format->name == "json") {
    out.append(render::audit_document(report));
  } else {
    TextBuffer page;
    render::write_audit(page, report, detail(request));
    out.append(look_at_terminal(output.fd()).words(page.view()));
  }
  return write_out(out, output, status, notes);
}

ExitStatus end_unknown(const options::Request& request, const Error& error, const Notes& notes) {
  if (request.format->name != "json") return say_unknown(error.sentence(), notes);
  notes.error(error.sentence());
  return ExitStatus::unknown;
}

ExitStatus run_unknown(const std::vector<std::string>& words, const std::string& sentence, const Notes& notes) {
  const bool json = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "-j" || word == "--json" || word == "json" || word == "--format=json";
  });
  if (!json) return say_unknown(sentence, notes);
  notes.error(sentence);
  return ExitStatus::unknown;
}

}  // namespace tcpstat::cli::verbs
