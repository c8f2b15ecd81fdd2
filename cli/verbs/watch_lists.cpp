// tcpstat watch without the live view: one list after the other.

#include <memory>
#include <string>

#include "base/quantity_text.h"
#include "base/wrapped.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/list_columns.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/watching.h"
#include "render/escape.h"
#include "screen/words.h"

namespace tcpstat::cli::verbs {
namespace {

/// "1234 sockets: 1200 ESTABLISHED, 34 TIME_WAIT", "2 sockets differ: 2 CLOSE", "more than 20 sockets".
std::string counts_text(const Report& report) {
  const std::uint64_t total = report.tally.total();
  if (report.counted_rows == Counted::up_to_limit) return "more than " + counted(total - 1, "socket");
  std::string text = counted(total, "socket");
  if (report.counted_rows == Counted::differences) text += total == 1 ? " differs" : " differ";
  const char* before = ": ";
  for (const StateInfo& state : states()) {
    const std::uint64_t count = report.tally.count(state.state);
    if (count == 0) continue;
    text += before + std::to_string(count) + " " + std::string(state.name);
    before = ", ";
  }
  return text;
}

/// "14:03:07  every 1s  sample 3  1234 sockets: 1200 ESTABLISHED, 34 TIME_WAIT".
std::string headline(const render::SampleTime& time, const std::string& every, const Report& report) {
  std::string text = report.facts.host ? *report.facts.host + "  " : "";
  text += time.local + every + "  sample " + std::to_string(time.snapshot) + "  " + counts_text(report);
  if (!report.coverage.complete) text += "  (not complete)";
  return text;
}

class ListWatch {
 public:
  ListWatch(const options::WatchCommand& watch, const Watched& watched)
      : watch_(watch),
        format_(watched.format),
        host_(watched.host),
        output_(watched.output),
        notes_(watched.notes),
        sample_notes_(notes_),
        columns_(chosen_columns(watch.rows, watch.filter, watch.source)),
        plan_(list_plan(watch.filter, watch.rows, used_columns(watch.rows, format_, columns_), host_)),
        every_(watched.replay == nullptr
                   ? "  every " + screen::interval_text(watch.sampling.interval.value_or(kUsualInterval))
                   : ""),
        samples_(watched, watch.sampling),
        rates_(host_.clock()),
        out_(output_.fd()) {
    if (watch.rows.rate) plan_.rates = &rates_;
    plan_.query.mptcp = watch.rows.mptcp;
  }

  ExitStatus run() {
    while (out_.error() == 0 && samples_.next()) {
      const render::SampleTime time = samples_.time();
      const bool read = sample(time);
      out_.flush();
      if (!read && result_.samples == 1) break;  // if the first sample fails, later ones will too
    }
    return finish_output(out_, output_, result_.status(watch_.source), notes_);
  }

 private:
  /// False if it could not be read to the end.
  bool sample(const render::SampleTime& time) {
    TextBuffer page;
    render::RenderSettings settings = render_settings(watch_.filter, watch_.text, watch_.output.colour, output_,
                                                      format_.for_people ? page : out_, host_);
    add_rows(watch_.rows, columns_, settings);
    settings.facts.time = time.utc;
    settings.snapshot = time.snapshot;
    const auto writer = format_.list(std::move(settings));
    survey::Dump dump = survey::take(host_, plan_, *writer);
    dump.report.facts.time = time.utc;
    if (worth_writing(format_, dump)) {
      writer->finish(dump.report);
      if (format_.for_people) draw(headline(time, every_, dump.report), page.view());
    }
    result_.add(dump);
    sample_notes_.print(dump.report.coverage);
    if (watch_.output.verbose) print_reading(dump.report, notes_);
    if (!dump.error) host_.keep_source();
    return !dump.error;
  }

  void draw(const std::string& head, std::string_view page) {
    const Terminal terminal = look_at_terminal(output_.fd());
    TextBuffer safe;
    render::append_escaped(safe, head, terminal.foreign_charset());
    if (result_.samples > 0) out_.append('\n');
    if (watch_.text.truncate && terminal.width > 0) {
      out_.append(wrapped("", safe.view(), terminal.width));
    } else {
      out_.append(safe.view());
      out_.append('\n');
    }
    out_.append(page);
  }

  const options::WatchCommand& watch_;
  const render::Format& format_;
  Host& host_;
  Output& output_;
  const Notes& notes_;
  SampleNotes sample_notes_;
  Columns columns_;
  survey::DumpPlan plan_;
  std::string every_;  ///< empty for a record, whose samples are shown as fast as they are read
  Samples samples_;
  survey::RateSampler rates_;
  TextBuffer out_;
  WatchResult result_;
};

}  // namespace

ExitStatus take_samples(const options::WatchCommand& watch, const Watched& watched) {
  return ListWatch(watch, watched).run();
}

}  // namespace tcpstat::cli::verbs
