// tcpstat watch --events: what happened between the samples, judged.

#include <memory>

#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/watching.h"
#include "trace/marked_rows.h"
#include "trace/transition_judge.h"

namespace tcpstat::cli::verbs {
namespace {

std::string sentence(const render::TransitionCounts& counts) {
  std::string text = std::to_string(counts.samples) + (counts.samples == 1 ? " sample, " : " samples, ") +
                     std::to_string(counts.verdicts.total()) +
                     (counts.verdicts.total() == 1 ? " transition:" : " transitions:");
  for (const TransitionVerdict verdict : kObservedVerdicts) {
    text += (text.back() == ':' ? " " : ", ") + std::to_string(counts.verdicts.count(verdict)) + " " +
            std::string(name(verdict));
  }
  return text;
}

}  // namespace

ExitStatus take_samples(const options::EventsCommand& watch, const Watched& watched) {
  const auto& [host, format, output, notes, replay] = watched;
  TextBuffer out(output.fd());
  const auto writer = format.transitions(render_settings(watch.filter, watch.text, output, out, host));
  render::TransitionCounts counts;
  trace::TransitionJudge judge([&](const Transition& transition, const Judgement& judgement) {
    writer->transition(transition, judgement);
    counts.verdicts.add(judgement.verdict);
    return out.error() == 0 ? Flow::more : Flow::stop;
  });
  trace::SampleDiff diff(judge);
  trace::MarkedRows rows(watch.filter, diff);
  const survey::DumpPlan plan = events_plan(watch.filter);
  SampleNotes sample_notes(notes);
  WatchResult result;
  survey::Dump dump;
  Report& report = dump.report;
  Samples samples(watched, watch.sampling);
  while (out.error() == 0 && samples.next()) {
    const render::SampleTime time = samples.time();
    writer->sample(time);
    diff.begin(std::chrono::duration_cast<std::chrono::milliseconds>(host.clock().now().time_since_epoch()));
    rows.start();
    dump = survey::take(host, plan, rows);
    const bool whole = !dump.error && report.coverage.complete;
    diff.end(whole ? trace::SampleDiff::Sample::complete : trace::SampleDiff::Sample::partial);
    report.facts.time = time.utc;
    report.tally = rows.tally();
    counts.samples = samples.count();
    result.add(dump);
    writer->sample_end();
    out.flush();
    sample_notes.print(report.coverage);
    if (watch.output.verbose) print_reading(report, notes);
    if (dump.error && result.samples == 1) break;  // what fails at once is no matter of one sample
    if (!dump.error) host.keep_source();
  }
  if (result.samples > 0) writer->finish(report, counts);
  const bool counts_itself = format.has_envelope;
  const bool on_terminal = look_at_terminal(output.fd()).is_terminal;
  if (!counts_itself && on_terminal) out.append(sentence(counts) + "\n");
  const ExitStatus status = finish_output(out, output, result.status(watch.source), notes);
  if (!counts_itself && !on_terminal) notes.print(Notes::Level::note, sentence(counts));
  return status;
}

}  // namespace tcpstat::cli::verbs
