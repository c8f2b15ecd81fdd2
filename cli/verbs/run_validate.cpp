// tcpstat validate: a log of transitions or samples against the machine. Reads no sockets.

#include <signal.h>

#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/verbs.h"
#include "parsers/host/opened_host.h"
#include "parsers/logs/log_source.h"
#include "parsers/procfs/kernel_settings.h"
#include "render/formats.h"
#include "render/validation_writer.h"
#include "trace/log_check.h"

namespace tcpstat::cli::verbs {
namespace {

// The log that a signal ends: it may be a pipe that never ends by itself (trace_pipe).
logs::LogSource* open_log = nullptr;

extern "C" void end_log(int) {
  if (open_log != nullptr) open_log->end();
}

/// Reads until a signal says that it is enough; a second one ends the program at once.
Expected<void> read_until_signal(logs::LogSource& log, ObservationSink& sink) {
  open_log = &log;
  tell_first_stop(end_log, 0);
  auto read = log.read(sink);
  open_log = nullptr;
  return read;
}

trace::LogEnd check(const options::ValidateCommand& command, ObservationSink& sink, std::string& byte_order) {
  auto log = logs::LogSource::open(command.log, command.timeout, command.byte_order);
  if (!log) return {tl::make_unexpected(log.error())};
  auto read = read_until_signal(**log, sink);
  byte_order = (*log)->byte_order_warning();
  return {std::move(read), (*log)->lines(), (*log)->was_ended()};
}

}  // namespace

ExitStatus run(const options::ValidateCommand& command, const Notes& notes) {
  auto output = Output::open(command.output.file, command.timeout ? command.timeout : Output::kPatience);
  if (!output) return end_failed(output.error(), notes);
  const RunFacts facts = host::host_facts(command.proc_root);
  const KernelLimits limits = procfs::read_kernel_limits(command.proc_root.empty() ? "/proc" : command.proc_root);
  TextBuffer out(output->fd());
  const Terminal terminal = look_at_terminal(output->fd());
  const std::size_t width = terminal.is_terminal && command.truncate ? terminal.width : 0;
  const render::Format& format = render::format(command.output.format);
  const auto writer = format.validation({.out = out, .width = width, .charset = terminal.charset()}, facts);
  trace::LogCheck log_check(facts.host, limits, [&](const LogFinding& finding) {
    writer->finding(finding);
    // What is worth a warning is not held back: a log may never end.
    if (finding.severity > Severity::unknown) out.flush();
    return out.error() == 0 ? Flow::more : Flow::stop;
  });
  std::string byte_order;
  const trace::LogEnd end = check(command, log_check, byte_order);
  Validation validation = log_check.finish(end);
  if (!byte_order.empty()) validation.warnings.push_back({"byte_order", byte_order});
  if (end.read || validation.lines > 0 || format.has_envelope) writer->finish(validation);
  ExitStatus status = ExitStatus::done;
  if (log_check.found_illegal()) status = ExitStatus::illegal;
  const bool partial = validation.bad_lines > 0 || validation.lost_records > 0 || validation.unseeing_ends > 0;
  if (!end.read || !validation.judged || (command.strict && partial)) status = ExitStatus::failed;
  status = finish_output(out, *output, status, notes);
  print_warnings(validation.warnings, notes);
  return status;
}

}  // namespace tcpstat::cli::verbs
