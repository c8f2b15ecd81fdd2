#include "cli/verbs/check_ending.h"

#include <unistd.h>

#include "cli/last_words.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/verbs.h"
#include "render/formats.h"

namespace tcpstat::cli::verbs {
namespace {

/// A usage error is answered before the format is known: as a document if any word asks for one, else as a line.
const render::Format& format_among(const std::vector<std::string>& words) {
  constexpr std::string_view kOption = "--format=";
  for (std::string_view word : words) {
    if (word == "-j" || word == "--json") return render::format(render::FormatId::json);
    if (word.starts_with(kOption)) word.remove_prefix(kOption.size());
    const render::Format* format = render::find_format(word);
    if (format != nullptr && format->check != nullptr && format->unknown == nullptr) return *format;
  }
  return render::format(render::FormatId::table);
}

ExitStatus write_out(TextBuffer& out, Output& output, ExitStatus status, const Notes& notes) {
  const ExitStatus written = finish_output(out, output, status, notes);
  return written == ExitStatus::failed ? ExitStatus::unknown : written;
}

ExitStatus say_unknown(const render::Format& format, const std::string& sentence, const Notes& notes) {
  if (format.unknown == nullptr) {
    notes.error(sentence);
    return ExitStatus::unknown;
  }
  auto output = Output::open("");
  TextBuffer out(output->fd());
  const Terminal terminal = look_at_terminal(output->fd());
  format.unknown(
      {.out = out, .width = terminal.width, .charset = terminal.charset(), .foreign = terminal.foreign_charset()},
      sentence);
  return write_out(out, *output, ExitStatus::unknown, notes);
}

template <typename Judged>
ExitStatus end_with(void (*write)(const render::Page&, const Judged&), const options::OutputChoice& choice,
                    Judged& report, Output& output, const Notes& notes) {
  const ExitStatus status = exit_status(report.status);
  report.exit_code = code(status);
  // A file that was asked for must not go on telling of an alarm that is over.
  if (choice.quiet && status == ExitStatus::ok && choice.file.empty()) return status;
  TextBuffer out(output.fd());
  const Terminal terminal = look_at_terminal(output.fd());
  write({.out = out,
         .width = terminal.width,
         .height = terminal.height,
         .charset = terminal.charset(),
         .foreign = terminal.foreign_charset(),
         .detail = choice.verbose ? render::Detail::evidence : render::Detail::findings,
         .colour = choose_colour(choice.colour, terminal)},
        report);
  return write_out(out, output, status, notes);
}

/// The document of a run that came to nothing, as `write` prints one, and the sentence on standard error.
template <typename Judged, typename Command>
ExitStatus end_unknown_with(void (*write)(const render::Page&, const Judged&), const Command& command,
                            const Error& error, const Notes& notes) {
  const render::Format& format = render::format(command.output.format);
  if (!format.has_envelope || !command.output.file.empty()) return say_unknown(format, error.sentence(), notes);
  Judged report;
  report.reading = unread_report(command.source, error);
  report.status = Severity::unknown;
  report.exit_code = code(ExitStatus::unknown);
  report.headline = error.sentence();
  TextBuffer out(STDOUT_FILENO);
  write({.out = out}, report);
  out.flush();
  LastWords::output_is_whole();
  notes.error(error.sentence());
  return ExitStatus::unknown;
}

}  // namespace

ExitStatus end_check(const options::OutputChoice& choice, CheckReport& report, Output& output, const Notes& notes) {
  return end_with(render::format(choice.format).check, choice, report, output, notes);
}

ExitStatus end_audit(const options::OutputChoice& choice, AuditReport& report, Output& output, const Notes& notes) {
  return end_with(render::format(choice.format).audit, choice, report, output, notes);
}

ExitStatus end_unknown_check(const options::CheckCommand& command, const Error& error, const Notes& notes) {
  return end_unknown_with(render::format(command.output.format).check, command, error, notes);
}

ExitStatus end_unknown_audit(const options::AuditCommand& command, const Error& error, const Notes& notes) {
  return end_unknown_with(render::format(command.output.format).audit, command, error, notes);
}

ExitStatus run_unknown(const options::CommandLine& line, const std::string& sentence, const Notes& notes) {
  return say_unknown(format_among(line.option_words), sentence, notes);
}

}  // namespace tcpstat::cli::verbs
