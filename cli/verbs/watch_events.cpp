// tcpstat watch --events: what happened between the samples, judged.

#include <array>
#include <memory>

#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/watching.h"
#include "trace/observer.h"

namespace tcpstat::cli::verbs {
namespace {

constexpr std::chrono::milliseconds kInterval{1000};

/// Every row goes to the observer; the filter only marks it, because a transition is shown if either side matches.
class Marking final : public Sink {
 public:
  Marking(const filter::Filter& filter, trace::Observer& observer, const TextBuffer& out)
      : filter_(filter), has_conditions_(filter.has_conditions()), observer_(observer), out_(out) {}

  Flow connection(const Connection& row) override {
    const bool matches =
        has_conditions_ ? filter_.matches(row) : filter_.states.has(row.state) && filter_.has_family(row.family);
    return take(row, row.state, matches);
  }
  Flow listener(const Listener& row) override { return take(row, State::listen, filter_.matches(row)); }

  void start() { tally_ = {}; }
  /// Rows of this sample that the filter matches.
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  template <typename Row>
  Flow take(const Row& row, State state, bool matches) {
    if (matches) tally_.add(state, row.family);
    observer_.see(row, matches ? trace::Observer::Wanted::yes : trace::Observer::Wanted::no);
    return out_.error() != 0 ? Flow::stop : Flow::more;
  }

  const filter::Filter& filter_;
  bool has_conditions_;
  trace::Observer& observer_;
  const TextBuffer& out_;
  Tally tally_;
};

render::TransitionCounts no_counts() {
  render::TransitionCounts counts;
  for (std::size_t i = 0; i < trace::kVerdictCount; ++i)
    counts.by_verdict.push_back({name(static_cast<trace::Verdict>(i)), 0});
  return counts;
}

std::string sentence(const render::TransitionCounts& counts) {
  std::string text = std::to_string(counts.samples) + (counts.samples == 1 ? " sample, " : " samples, ") +
                     std::to_string(counts.total) + (counts.total == 1 ? " transition:" : " transitions:");
  for (const auto& [verdict, count] : counts.by_verdict) {
    text += (text.back() == ':' ? " " : ", ") + std::to_string(count) + " " + std::string(verdict);
  }
  return text;
}

}  // namespace

ExitStatus watch_events(const options::Request& request, Host& host, Output& output, const Notes& notes) {
  const auto interval = request.interval.value_or(kInterval);
  TextBuffer out(output.fd());
  const auto writer =
      render::make_transition_writer(request.format->name, render_settings(request, output, out, host, {}));
  render::TransitionCounts counts = no_counts();
  trace::Observer observer([&](const ObservedTransition& transition, trace::Verdict verdict) {
    writer->transition(transition);
    ++counts.total;
    ++counts.by_verdict[static_cast<std::size_t>(verdict)].count;
  });
  Marking marking(request.filter, observer, out);
  const survey::DumpPlan plan = events_plan(request);
  SampleNotes sample_notes(notes);
  WatchResult result;
  survey::Dump dump;
  Report& report = dump.report;
  Ticker ticker(interval, request.count, output.fd());
  while (out.error() == 0 && ticker.next()) {
    const render::SampleTime time = sample_time(ticker.samples(), interval);
    writer->sample(time);
    observer.begin(ticker.now_ms());
    marking.start();
    dump = survey::take(host, plan, marking);
    const bool whole = !dump.error && report.coverage.complete;
    observer.end(whole ? trace::Observer::Sample::complete : trace::Observer::Sample::partial);
    report.facts.time = time.utc;
    report.tally = marking.tally();
    counts.samples = ticker.samples();
    result.add(dump);
    writer->sample_end();
    out.flush();
    sample_notes.print(report.coverage);
    if (request.verbose) print_reading(report, notes);
    if (dump.error && result.samples == 1) break;  // what fails at once is no matter of one sample
    if (!dump.error) host.keep_source();
  }
  if (result.samples > 0) writer->finish(report, counts);
  const bool in_lines = request.format->name == "ndjson";
  const bool on_terminal = look_at_terminal(output.fd()).is_terminal;
  if (!in_lines && on_terminal) out.append(sentence(counts) + "\n");
  const ExitStatus status = finish_output(out, output, result.status(request), notes);
  if (!in_lines && !on_terminal) notes.print(Notes::Level::note, sentence(counts));
  return status;
}

}  // namespace tcpstat::cli::verbs
