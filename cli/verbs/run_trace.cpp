// tcpstat trace: every transition as the kernel announces it, judged.

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "base/quantity_text.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/verbs/closed_in_need.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/trace_source.h"
#include "cli/verbs/traced_command.h"
#include "cli/verbs/traced_lives.h"
#include "cli/verbs/traced_requests.h"
#include "cli/verbs/verbs.h"
#include "parsers/host/many_namespaces.h"
#include "parsers/host/opened_host.h"
#include "parsers/names/system_names.h"
#include "render/trace_summary_text.h"
#include "render/transition_writer.h"

namespace tcpstat::cli::verbs {
namespace {

using SteadyClock = std::chrono::steady_clock;

volatile sig_atomic_t stopped = 0;

extern "C" void stop_trace(int) { stopped = 1; }

std::string trace_sentence(const render::TransitionCounts& counts) {
  const VerdictCounts& verdicts = counts.verdicts;
  std::string text = counted(verdicts.total(), "transition");
  if (counts.trace) text += " of " + counted(counts.trace->lives + counts.trace->running, "connection");
  text += ", " + std::to_string(counts.lost_records.value_or(0)) + " lost";
  for (const TransitionVerdict verdict : {TransitionVerdict::quirk, TransitionVerdict::illegal}) {
    text += ", " + std::to_string(verdicts.count(verdict)) + " " + std::string(name(verdict));
  }
  return text;
}

/// `read`: whether the trace ended as it should.
Report report_of(const options::TraceCommand& command, const TracedLives& lives, const RunFacts& facts,
                 const OpenedTrace& trace, const Expected<void>& read) {
  Report report;
  report.facts = facts;
  report.source = trace.info.name;
  report.selected = command.filter.states;
  report.filtered = command.filter.has_conditions_or_family();
  report.coverage.visible = {};  // transitions are counted, not sockets
  const std::uint64_t lost = lives.lost_records();
  report.coverage.complete = lost == 0 && lives.broken_lives() == 0 && trace.info.counts_every_loss;
  if (!read) report.coverage.lose(std::string(kReadFailed), read.error().sentence());
  if (!trace.info.counts_every_loss) {
    report.coverage.warn("uncounted_loss",
                         "the kernel may skip programs and count nothing; --source " +
                             std::string(options::trace_source_that(&options::TraceSourceInfo::counts_every_loss)) +
                             " counts what it loses");
  }
  if (lost > 0) report.coverage.warn("lost_records", "the kernel lost " + counted(lost, "record"));
  if (lives.broken_lives() > 0) {
    report.coverage.warn("broken_lives", counted(lives.broken_lives(), "socket") + " changed state between two of " +
                                             (lives.broken_lives() == 1 ? "its" : "their") +
                                             " records: records are missing");
  }
  if (lives.forgotten() > 0) {
    report.coverage.warn("forgotten_lives", trace::forgotten_sentence(lives.forgotten()));
  }
  return report;
}

/// Prints the summary, for which a document without an envelope has no place.
void print_summary(const render::TransitionCounts& counts, const options::OutputChoice& choice,
                   const render::DeviceNames& devices, const Notes& notes) {
  notes.print(Notes::Level::note, trace_sentence(counts));
  if (choice.quiet || !counts.trace || counts.verdicts.total() == 0) return;
  notes.print(Notes::Level::note, render::handshake_text(counts.trace->handshakes));
  const Terminal terminal = look_at_terminal(STDERR_FILENO);
  TextBuffer table(STDERR_FILENO);
  const auto hidden = render::write_state_times(
      {.out = table, .width = terminal.width, .charset = terminal.charset(), .foreign = terminal.foreign_charset()},
      *counts.trace, devices);
  table.flush();
  note_hidden(hidden, terminal.width, "-f ndjson has them all", notes);
}

/// Writes a document or a last line that says why nothing was traced, if the format has one.
ExitStatus end_untraced(const options::TraceCommand& command, const render::Format& format, Output& output,
                        const Error& error, const Notes& notes) {
  notes.error(error.sentence());
  if (!format.has_envelope || command.output.quiet) return ExitStatus::failed;
  Report report =
      unread_report(command.source == nullptr ? options::kTraceSources.front().name : command.source->name, error);
  report.coverage.visible = {};
  TextBuffer out(output.fd());
  names::SystemNames unused;
  const auto make_writer = command.lives ? format.lives : format.transitions;
  make_writer({.out = out, .names = unused, .facts = report.facts, .columns = {}})->finish(report, {});
  return finish_output(out, output, ExitStatus::failed, notes);
}

/// Tells what this source cannot show of what was asked for.
void print_limits(const options::TraceCommand& command, const OpenedTrace& trace, const Notes& notes) {
  if (trace.opened.minisockets) return;
  if (command.only == filter::TransitionKind::half_open) {
    notes.print(
        Notes::Level::note,
        "full sockets alone have transitions here: a half-open connection of a listener has no transition before its "
        "handshake is over");
  }
  if (command.only == filter::TransitionKind::time_wait) {
    notes.print(
        Notes::Level::note,
        "full sockets alone have transitions here: a trace shows where TIME_WAIT begins, and not where it ends");
  }
}

/// Nothing is written on a quiet host, so that no write fails once nobody reads the pipe any more.
bool has_reader(int output) {
  // Without events asked for, a pipe tells only that.
  pollfd pipe{output, 0, 0};
  return ::poll(&pipe, 1, 0) <= 0;
}

}  // namespace

ExitStatus run(const options::TraceCommand& command, const Notes& notes) {
  auto output = Output::open(command.output.file);
  if (!output) return end_failed(output.error(), notes);
  const bool all = command.netns == host::kAllNamespaces;
  auto host = host::open_host({.netns = all ? "" : command.netns});
  const bool on_terminal = look_at_terminal(output->fd()).is_terminal;
  const render::Format& format = render::format(on_terminal ? command.output.format : command.format_in_pipe);
  if (!host) return end_untraced(command, format, *output, host.error(), notes);
  TextBuffer out(output->fd());
  const auto make_writer = command.lives ? format.lives : format.transitions;
  auto settings = render_settings(command.filter, command.text, command.output.colour, *output, out, **host);
  settings.observed = Observed::exact;
  settings.processes = command.processes;
  if (all) {
    settings.namespaces = render::Namespaces::several;
    (*host)->names().find_namespaces();
  }
  const auto writer = make_writer(std::move(settings));
  const ClosedInNeed closed(*writer, out);
  TracedLives lives(command, (*host)->kernel_limits(), *writer, out, notes);

  const auto due = command.duration ? std::optional(SteadyClock::now() + *command.duration) : std::nullopt;
  std::optional<TracedCommand> followed;
  auto trace = open_trace(command, all ? std::nullopt : (*host)->facts().netns, [&] {
    lives.flush();
    const bool over = stopped != 0 || out.error() != 0 || !has_reader(output->fd()) ||
                      (due && SteadyClock::now() >= *due) || (followed && followed->has_ended());
    return over ? Flow::stop : Flow::more;
  });
  if (!trace) return end_untraced(command, format, *output, trace.error(), notes);
  if (!trace->note.empty()) notes.print(Notes::Level::note, trace->note);
  print_limits(command, *trace, notes);
  TracedRequests requests(command, std::move(trace->opened.handshakes));
  if (!command.command.empty()) {
    auto started = TracedCommand::start(command.command);
    if (!started) return end_untraced(command, format, *output, started.error(), notes);
    followed.emplace(std::move(*started));
  }
  tell_first_stop(stop_trace, 0);
  const Expected<void> read = trace->opened.source->read(lives);
  const Report report = report_of(command, lives, (*host)->facts(), *trace, read);
  render::TransitionCounts counts = lives.counts();
  requests.finish(counts.trace->handshakes);
  writer->finish(report, counts);
  ExitStatus status = lives.found_illegal() ? ExitStatus::illegal : ExitStatus::done;
  if (!read || (command.strict && !report.coverage.complete)) status = ExitStatus::failed;
  status = finish_output(out, *output, status, notes);
  print_warnings(report.coverage, notes);
  if (!format.has_envelope) {
    print_summary(counts, command.output, {(*host)->names(), (*host)->facts().netns}, notes);
  }
  return status;
}

}  // namespace tcpstat::cli::verbs
