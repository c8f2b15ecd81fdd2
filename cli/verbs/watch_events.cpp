// tcpstat watch --events: what happened between the samples, judged.

#include <memory>
#include <optional>

#include "base/quantity_text.h"
#include "cli/terminal.h"
#include "cli/verbs/closed_in_need.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/watching.h"
#include "parsers/netlink/destroyed_sockets.h"
#include "trace/namespace_diffs.h"
#include "trace/transition_judge.h"

namespace tcpstat::cli::verbs {
namespace {

std::string events_sentence(const render::TransitionCounts& counts) {
  std::string text = std::to_string(counts.samples) + (counts.samples == 1 ? " sample, " : " samples, ") +
                     std::to_string(counts.verdicts.total()) +
                     (counts.verdicts.total() == 1 ? " transition:" : " transitions:");
  for (const TransitionVerdict verdict : kObservedVerdicts) {
    text += (text.back() == ':' ? " " : ", ") + std::to_string(counts.verdicts.count(verdict)) + " " +
            std::string(name(verdict));
  }
  return text;
}

/// Sockets that ended between samples, as the kernel tells of them.
class EndsBetween {
 public:
  EndsBetween(const options::EventsCommand& watch, const Host& host)
      : host_(host), counts_(!watch.filter.has_conditions_or_family()) {
    // Another host's files, and several namespaces at once, have no such messages.
    if (!watch.source.proc_root.empty() || host.spans_namespaces() || host.is_file()) return;
    if (auto sockets = netlink::DestroyedSockets::listen()) destroyed_.emplace(std::move(*sockets));
  }

  /// To be called before each sample. What ended before the first one is not counted.
  void tell(trace::NamespaceDiffs& diffs) {
    // Sockets are named by their cookies, which /proc does not show.
    if (host_.source_name() != host::info(options::SourceId::netlink).name) destroyed_.reset();
    if (!destroyed_) return;
    std::uint64_t unseen = 0;
    const netlink::Told told = destroyed_->take([&](const netlink::DestroyedSocket& one) {
      if (!diffs.destroyed(one.cookie) && one.had_peer) ++unseen;
    });
    if (samples_++ == 0) return;
    unseen_ += unseen;
    lost_ = lost_ || told == netlink::Told::some;
  }
  void note(Coverage& coverage, const Notes& notes) const {
    if ((unseen_ == 0 && !lost_) || !counts_) return;
    std::string text = unseen_ > 0 ? "at least " + counted(unseen_, "socket") + " came and went between samples"
                                   : "sockets may have come and gone between samples";
    if (lost_) text += " (messages of the kernel about that were lost)";
    coverage.warn("between_samples", text + "; tcpstat trace shows each");
    notes.print(Notes::Level::note, coverage.warnings.back().message);
  }

 private:
  const Host& host_;
  bool counts_;
  std::optional<netlink::DestroyedSockets> destroyed_;
  std::uint64_t samples_ = 0;
  std::uint64_t unseen_ = 0;
  bool lost_ = false;
};

}  // namespace

ExitStatus take_samples(const options::EventsCommand& watch, const Watched& watched) {
  const auto& [host, format, output, notes, replay] = watched;
  TextBuffer out(output.fd());
  render::RenderSettings settings = render_settings(watch.filter, watch.text, watch.output.colour, output, out, host);
  if (host.spans_namespaces()) settings.namespaces = render::Namespaces::several;
  const auto writer = format.transitions(std::move(settings));
  const ClosedInNeed closed(*writer, out);
  render::TransitionCounts counts;
  trace::TransitionJudge judge([&](const Transition& transition, const Judgement& judgement) {
    writer->transition(transition, judgement);
    counts.verdicts.add(judgement.verdict);
    return out.error() == 0 ? Flow::more : Flow::stop;
  });
  const survey::DumpPlan plan = events_plan(watch.filter, host);
  trace::NamespaceDiffs diffs(plan.query.filter, judge);
  SampleNotes sample_notes(notes);
  EndsBetween ends(watch, host);
  WatchResult result;
  survey::Dump dump;
  Report& report = dump.report;
  Samples samples(watched, watch.sampling);
  while (out.error() == 0 && samples.next()) {
    const render::SampleTime time = samples.time();
    writer->sample(time);
    ends.tell(diffs);
    diffs.begin(std::chrono::duration_cast<std::chrono::milliseconds>(host.clock().now().time_since_epoch()));
    dump = survey::take(host, plan, diffs);
    const bool whole = !dump.error && report.coverage.complete;
    diffs.end(whole ? trace::SampleDiff::Sample::complete : trace::SampleDiff::Sample::partial, report.coverage);
    report.facts.time = time.utc;
    report.tally = diffs.tally();
    counts.samples = samples.count();
    result.add(dump);
    writer->sample_end();
    out.flush();
    sample_notes.print(report.coverage);
    if (watch.output.verbose) print_reading(report, notes);
    if (dump.error && result.samples == 1) break;  // if the first sample fails, later ones will too
    if (!dump.error) host.keep_source();
  }
  ends.tell(diffs);
  ends.note(report.coverage, notes);
  if (result.samples > 0) writer->finish(report, counts);
  const bool counts_itself = format.has_envelope;
  const bool on_terminal = look_at_terminal(output.fd()).is_terminal;
  if (!counts_itself && on_terminal) out.append(events_sentence(counts) + "\n");
  const ExitStatus status = finish_output(out, output, result.status(watch.source), notes);
  if (!counts_itself && !on_terminal) notes.print(Notes::Level::note, events_sentence(counts));
  return status;
}

}  // namespace tcpstat::cli::verbs
