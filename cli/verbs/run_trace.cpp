// tcpstat trace: every transition as the kernel announces it, judged.

#include <signal.h>
#include <time.h>

#include <array>
#include <chrono>

#include "base/timestamp.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "filter/transition_filter.h"
#include "parsers/host/opened_host.h"
#include "parsers/tracefs/transition_trace.h"
#include "render/transition_writer.h"
#include "trace/life_checker.h"

namespace tcpstat::cli::verbs {
namespace {

using Clock = std::chrono::steady_clock;

volatile sig_atomic_t stopped = 0;

extern "C" void stop_trace(int) { stopped = 1; }

/// Of one record: milliseconds for scripts, microseconds for people who compare with other tools.
render::SampleTime time_of(EventTime since_1970) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  const timespec time{static_cast<time_t>(seconds.count()), static_cast<long>((since_1970 - seconds).count()) * 1000};
  tm local{};
  ::localtime_r(&time.tv_sec, &local);
  std::array<char, 16> text{};
  std::string shown(text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &local));
  shown += "." + std::to_string(1'000'000 + time.tv_nsec / 1000).substr(1);
  return {1, timestamp(time), shown};
}

/// Counts, filters and writes what the checker passes on; what is wrong with a life goes to standard error.
class TracedLives final : public ObservationSink {
 public:
  TracedLives(const options::TraceCommand& command, const KernelLimits& limits, render::TransitionWriter& writer,
              TextBuffer& out, const Notes& notes)
      : command_(command),
        writer_(writer),
        out_(out),
        notes_(notes),
        lives_(
            limits, pairs_, [this](const LogFinding& finding) { tell(finding); },
            [this](const Transition& transition, const Judgement& judgement) { return tell(transition, judgement); }) {
    counts_.lost_records = 0;
  }

  Flow transition(const Transition& transition) override { return lives_.transition(transition); }
  Flow lost(std::uint64_t count, std::uint64_t line) override {
    *counts_.lost_records += count;
    lives_.lost(count, line);
    writer_.lost(count);
    notes_.print(Notes::Level::warning, "the kernel's buffer was full: " + std::to_string(count) +
                                            (count == 1 ? " record was lost" : " records were lost") + " here");
    return Flow::more;
  }
  Flow row(const SampleRow&, std::uint64_t) override { return Flow::more; }
  Flow sample_end(const SampleEnd&) override { return Flow::more; }
  Flow bad_line(const BadLine&, std::uint64_t) override { return Flow::more; }

  /// What came so far is shown.
  void flush() {
    if (counts_.verdicts.total() > flushed_) writer_.sample_end();
    flushed_ = counts_.verdicts.total();
    out_.flush();
  }
  [[nodiscard]] const render::TransitionCounts& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t broken_lives() const { return broken_lives_; }
  [[nodiscard]] std::uint64_t forgotten() const { return lives_.forgotten(); }
  [[nodiscard]] bool found_illegal() const { return pairs_.count(TransitionVerdict::illegal) > 0; }

 private:
  Flow tell(const Transition& transition, const Judgement& judgement) {
    if (!filter::wants(command_.filter, transition)) return Flow::more;
    writer_.sample(time_of(*transition.time));
    writer_.transition(transition, judgement);
    counts_.verdicts.add(judgement.verdict);
    const bool enough = command_.count && counts_.verdicts.total() == *command_.count;
    return enough || out_.error() != 0 ? Flow::stop : Flow::more;
  }

  void tell(const LogFinding& finding) {
    // A life that was running when the trace began is no news.
    if (finding.severity <= Severity::info) return;
    if (finding.rule == LogRule::continuity || finding.rule == LogRule::birth) ++broken_lives_;
    if (told_++ >= kMostFindings) return;
    const std::string ends =
        (finding.local ? to_string(*finding.local) : "-") + " " + (finding.remote ? to_string(*finding.remote) : "*");
    notes_.print(Notes::Level::warning, std::string(name(finding.rule)) + ": " + ends + ": " + finding.message);
  }

  /// More of them say nothing new.
  static constexpr std::uint64_t kMostFindings = 20;

  const options::TraceCommand& command_;
  render::TransitionWriter& writer_;
  TextBuffer& out_;
  const Notes& notes_;
  trace::PairCounts pairs_;
  trace::LifeChecker lives_;
  render::TransitionCounts counts_;
  std::uint64_t broken_lives_ = 0;
  std::uint64_t told_ = 0;
  std::uint64_t flushed_ = 0;
};

std::string counted(std::uint64_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string sentence(const TracedLives& lives) {
  const VerdictCounts& verdicts = lives.counts().verdicts;
  std::string text =
      counted(verdicts.total(), "transition") + ", " + std::to_string(*lives.counts().lost_records) + " lost";
  for (const TransitionVerdict verdict : {TransitionVerdict::quirk, TransitionVerdict::illegal}) {
    text += ", " + std::to_string(verdicts.count(verdict)) + " " + std::string(name(verdict));
  }
  return text;
}

Report report_of(const options::TraceCommand& command, const TracedLives& lives, const RunFacts& facts) {
  Report report;
  report.facts = facts;
  report.source = "tracefs";
  report.selected = command.filter.states;
  report.filtered = command.filter.has_conditions();
  report.coverage.visible = {};  // transitions are counted, not sockets
  const std::uint64_t lost = *lives.counts().lost_records;
  report.coverage.complete = lost == 0 && lives.broken_lives() == 0;
  if (lost > 0)
    report.coverage.warn("lost_records", counted(lost, "record") + " were lost: the kernel's buffer was full");
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

}  // namespace

ExitStatus run(const options::TraceCommand& command, const Notes& notes) {
  auto output = Output::open(command.output.file);
  if (!output) return end_failed(output.error(), notes);
  auto host = host::open_host({});
  if (!host) return end_failed(host.error(), notes);
  const bool on_terminal = look_at_terminal(output->fd()).is_terminal;
  const render::Format& format = render::format(on_terminal ? command.output.format : command.format_in_pipe);
  TextBuffer out(output->fd());
  const auto writer = format.transitions(render_settings(command.filter, command.text, *output, out, **host));
  TracedLives lives(command, (*host)->kernel_limits(), *writer, out, notes);

  const auto due = command.duration ? std::optional(Clock::now() + *command.duration) : std::nullopt;
  auto trace = tracefs::TransitionTrace::open([&] {
    lives.flush();
    const bool over = stopped != 0 || out.error() != 0 || (due && Clock::now() >= *due);
    return over ? Flow::stop : Flow::more;
  });
  if (!trace) return end_failed(trace.error(), notes);
  handle_signals({SIGINT, SIGTERM}, stop_trace, static_cast<int>(SA_RESETHAND));
  const auto read = (*trace)->read(lives);
  if (!read) notes.print(Notes::Level::error, read.error().sentence());

  const Report report = report_of(command, lives, (*host)->facts());
  writer->finish(report, lives.counts());
  ExitStatus status = lives.found_illegal() ? ExitStatus::illegal : ExitStatus::done;
  if (!read || (command.strict && !report.coverage.complete)) status = ExitStatus::failed;
  status = finish_output(out, *output, status, notes);
  print_warnings(report.coverage, notes);
  if (!format.has_envelope) notes.print(Notes::Level::note, sentence(lives));
  return status;
}

}  // namespace tcpstat::cli::verbs
