#include "cli/live/live.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/quantity_text.h"
#include "cli/live/input.h"
#include "cli/terminal.h"
#include "screen/live_sampler.h"

namespace tcpstat::cli::live {
namespace {

using screen::Answer;
using screen::CellBuffer;
using screen::LiveData;
using screen::LiveSampler;
using screen::LiveView;

/// Where keys come from: standard input, or the terminal that is drawn on, if it can be read.
int keys_of(int out) {
  if (::isatty(0) == 1) return 0;
  const int flags = ::fcntl(out, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) == O_RDWR ? out : -1;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      three = three << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      const bool there = i + j <= bytes.size();
      out += there ? kLetters[three >> (18U - 6U * j) & 0x3FU] : '=';
    }
  }
  return out;
}

class Live {
 public:
  explicit Live(LivePlan plan)
      : plan_(std::move(plan)),
        view_(plan_.manner, plan_.filter, plan_.sort, plan_.interval, plan_.read_filter, plan_.resolve),
        sampler_(std::in_place, plan_.host, any_state(plan_.filter)),
        out_(plan_.out) {
    view_.set_limits(plan_.host.kernel_limits());
  }

  LiveEnd run();

 private:
  static filter::Filter any_state(filter::Filter filter) {
    filter.states = StateSet::all();
    return filter;
  }

  /// `by`: for a record, how many samples to go forward or back.
  void sample(std::ptrdiff_t by = 0);
  void draw();
  /// False: the view ends.
  bool handle(const Wake& wake);
  [[nodiscard]] std::string summary();
  [[nodiscard]] std::chrono::milliseconds kept() const { return sampler_->interval(view_.interval()); }

  LivePlan plan_;
  LiveView view_;
  std::optional<LiveSampler> sampler_;
  TextBuffer out_;
  CellBuffer shown_{0, 0};
  std::size_t lines_ = 24;
  bool in_background_ = false;  ///< another program has the terminal
  Input::Clock::time_point due_;
};

void Live::sample(std::ptrdiff_t by) {
  if (plan_.replay && by != 0) {
    if (!plan_.replay.step(by)) {
      view_.pause("this is the " + std::string(by > 0 ? "last" : "first") + " sample");
      return;
    }
    // Samples are compared with earlier ones, so what came later is forgotten.
    if (by < 0) sampler_.emplace(plan_.host, any_state(plan_.filter));
    if (by < 0) view_.forget_past();
  }
  if (plan_.replay) view_.set_place(plan_.replay.place());
  const screen::Look look = plan_.replay && by == 0 ? screen::Look::again : screen::Look::next;
  sampler_->take(view_.wanted(lines_), view_.owners_wanted(), view_.data(), look);
  view_.set_kept(kept());
  view_.refresh();
  due_ = Input::Clock::now() + kept();
}

void Live::draw() {
  if (in_background_) return;
  const Terminal terminal = look_at_terminal(plan_.out);
  constexpr std::size_t kUsualColumns = 80;
  constexpr std::size_t kUsualLines = 24;
  const std::size_t columns = terminal.width > 0 ? terminal.width : kUsualColumns;
  lines_ = terminal.height > 0 ? terminal.height : kUsualLines;
  CellBuffer next(columns, lines_);
  view_.draw(next);
  next.write_changes(shown_, plan_.colour, out_);
  shown_ = std::move(next);
  if (const auto copied = view_.take_copied(); copied && plan_.manner.clipboard) {
    // OSC 52 of xterm's ctlseqs: "c" is the clipboard.
    out_.append("\x1b]52;c;" + base64(*copied) + "\x07");
  }
  out_.flush();
}

bool Live::handle(const Wake& wake) {
  switch (wake.why) {
    case Wake::Why::stop:
      return false;
    case Wake::Why::redraw:
      in_background_ = stop_while_in_background();
      shown_ = CellBuffer(0, 0);
      return true;
    case Wake::Why::time:
      sample(1);
      return true;
    case Wake::Why::key:
      break;
  }
  const auto interval = view_.interval();
  const Answer answer = view_.press(wake.key);
  if (answer == Answer::quit) return false;
  if (answer == Answer::sample && !plan_.count) sample();
  if (answer == Answer::forward) sample(1);
  if (answer == Answer::back) sample(-1);
  if (view_.interval() != interval) {
    view_.set_kept(kept());
    due_ = Input::Clock::now() + kept();
  }
  return true;
}

std::string Live::summary() {
  const LiveData& data = view_.data();
  const Report& reading = data.judged.reading;
  std::string text = data.host.empty() ? "" : data.host + "  ";
  text += data.local_time + "  every " + screen::interval_text(view_.interval()) + "  sample " +
          std::to_string(data.samples) + "  " + counted(reading.tally.total(), "socket");
  if (const std::size_t namespaces = data.judged.namespaces.size(); namespaces > 0) {
    text += " in " + counted(namespaces, "network namespace");
  }
  bool first = true;
  for (const StateInfo& state : states()) {
    const std::uint64_t count = reading.tally.count(state.state);
    if (count == 0) continue;
    text += (first ? ": " : ", ") + std::to_string(count) + " " + std::string(state.name);
    first = false;
  }
  if (!reading.coverage.complete) text += "  (not complete)";
  return screen::safe(text, plan_.manner.charset);
}

LiveEnd Live::run() {
  const int keys = keys_of(plan_.out);
  TerminalGuard guard(plan_.out, keys, screen_abilities());
  Input input(keys, guard);
  if (!plan_.count || *plan_.count > 0) {
    sample(1);
    // If the first sample fails, later ones will too.
    bool goes_on = !view_.data().judged.error;
    while (goes_on && out_.error() == 0) {
      draw();
      if (plan_.count && view_.data().samples >= *plan_.count) break;
      goes_on = handle(input.wait(view_.paused() ? std::nullopt : std::optional(due_)));
    }
  }
  guard.leave();
  LiveData& data = view_.data();
  return {.samples = data.samples,
          .failed = data.failed,
          .partial = data.partial,
          .write_error = out_.error(),
          .reading = data.judged.reading,
          .summary = summary(),
          .copied = view_.copied()};
}

}  // namespace

LiveEnd run_live(LivePlan plan) { return Live(std::move(plan)).run(); }

}  // namespace tcpstat::cli::live
