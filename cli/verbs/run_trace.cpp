// tcpstat trace: every transition as the kernel announces it, judged.

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "base/quantity_text.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/trace_source.h"
#include "cli/verbs/traced_command.h"
#include "cli/verbs/traced_lives.h"
#include "cli/verbs/traced_requests.h"
#include "cli/verbs/verbs.h"
#include "parsers/bpf/handshake_counter.h"
#include "parsers/host/many_namespaces.h"
#include "parsers/host/opened_host.h"
#include "render/trace_summary_text.h"
#include "render/transition_writer.h"

namespace tcpstat::cli::verbs {
namespace {

using Clock = std::chrono::steady_clock;

volatile sig_atomic_t stopped = 0;

extern "C" void stop_trace(int) { stopped = 1; }

std::string sentence(const render::TransitionCounts& counts) {
  const VerdictCounts& verdicts = counts.verdicts;
  std::string text = counted(verdicts.total(), "transition");
  if (counts.trace) text += " of " + counted(counts.trace->lives + counts.trace->running, "connection");
  text += ", " + std::to_string(counts.lost_records.value_or(0)) + " lost";
  for (const TransitionVerdict verdict : {TransitionVerdict::quirk, TransitionVerdict::illegal}) {
    text += ", " + std::to_string(verdicts.count(verdict)) + " " + std::string(name(verdict));
  }
  return text;
}

Report report_of(const options::TraceCommand& command, const TracedLives& lives, const RunFacts& facts,
                 const OpenedTrace& trace) {
  Report report;
  report.facts = facts;
  report.source = trace.name;
  report.selected = command.filter.states;
  report.filtered = command.filter.has_conditions();
  report.coverage.visible = {};  // transitions are counted, not sockets
  const std::uint64_t lost = lives.lost_records();
  report.coverage.complete = lost == 0 && lives.broken_lives() == 0 && trace.counts_every_loss;
  if (!trace.counts_every_loss) {
    report.coverage.warn("uncounted_loss",
                         "the kernel may skip programs and count nothing; --source tracefs counts what it loses");
  }
  if (lost > 0) report.coverage.warn("lost_records", "the kernel lost " + counted(lost, "record"));
  if (lives.broken_lives() > 0) {
    report.coverage.warn("broken_lives", counted(lives.broken_lives(), "socket") +
                                             " changed state between two of its records: records are missing");
  }
  if (lives.forgotten() > 0) {
    report.coverage.warn("forgotten_lives", counted(lives.forgotten(), "socket") +
                                                " had no record for so long that they were forgotten: more than " +
                                                std::to_string(trace::LifeChecker::kMostLives) + " ran at once");
  }
  return report;
}

/// What a document without an envelope has no place for.
void print_summary(const render::TransitionCounts& counts, const options::OutputChoice& choice,
                   const render::DeviceNames& devices, const Notes& notes) {
  notes.print(Notes::Level::note, sentence(counts));
  if (choice.quiet || !counts.trace || counts.verdicts.total() == 0) return;
  notes.print(Notes::Level::note, render::handshake_text(counts.trace->handshakes));
  const Terminal terminal = look_at_terminal(STDERR_FILENO);
  TextBuffer table(STDERR_FILENO);
  render::write_state_times({.out = table, .width = terminal.width, .charset = terminal.foreign_charset()},
                            *counts.trace, devices);
  table.flush();
}

/// What this source cannot show of what was asked for.
void print_limits(const options::TraceCommand& command, const OpenedTrace& trace, const Notes& notes) {
  if (trace.minisockets) return;
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

}  // namespace

ExitStatus run(const options::TraceCommand& command, const Notes& notes) {
  auto output = Output::open(command.output.file);
  if (!output) return end_failed(output.error(), notes);
  const bool all = command.netns == host::kAllNamespaces;
  auto host = host::open_host({.netns = all ? "" : command.netns});
  if (!host) return end_failed(host.error(), notes);
  const bool on_terminal = look_at_terminal(output->fd()).is_terminal;
  const render::Format& format = render::format(on_terminal ? command.output.format : command.format_in_pipe);
  TextBuffer out(output->fd());
  const auto make_writer = command.lives ? format.lives : format.transitions;
  auto settings = render_settings(command.filter, command.text, *output, out, **host);
  settings.observed = Observed::exact;
  settings.processes = command.processes;
  const auto writer = make_writer(std::move(settings));
  TracedLives lives(command, (*host)->kernel_limits(), *writer, out, notes);

  const auto due = command.duration ? std::optional(Clock::now() + *command.duration) : std::nullopt;
  std::optional<TracedCommand> followed;
  const auto trace = open_trace(command, all ? std::nullopt : (*host)->facts().netns, [&] {
    lives.flush();
    const bool over =
        stopped != 0 || out.error() != 0 || (due && Clock::now() >= *due) || (followed && followed->has_ended());
    return over ? Flow::stop : Flow::more;
  });
  if (!trace) return end_failed(trace.error(), notes);
  if (!trace->note.empty()) notes.print(Notes::Level::note, trace->note);
  print_limits(command, *trace, notes);
  const auto netns = static_cast<std::uint32_t>((*host)->facts().netns.value_or(0));
  TracedRequests requests(command, bpf::handshake_counter(trace->name == "bpf" ? netns : 0));
  if (!command.command.empty()) {
    auto started = TracedCommand::start(command.command);
    if (!started) return end_failed(started.error(), notes);
    followed.emplace(std::move(*started));
  }
  handle_signals({SIGINT, SIGTERM}, stop_trace, static_cast<int>(SA_RESETHAND));
  const auto read = trace->source->read(lives);
  if (!read) notes.print(Notes::Level::error, read.error().sentence());

  const Report report = report_of(command, lives, (*host)->facts(), *trace);
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
