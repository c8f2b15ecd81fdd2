#include "cli/verbs/traced_lives.h"

#include <time.h>

#include <array>
#include <chrono>

#include "base/quantity_text.h"
#include "base/timestamp.h"
#include "filter/transition_filter.h"
#include "trace/judgement.h"

namespace tcpstat::cli::verbs {
namespace {

/// The time of one record: milliseconds for scripts, microseconds for people who compare with other tools.
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

Ending ending_of(MinisocketEnd end) {
  switch (end) {
    case MinisocketEnd::completed:
      return Ending::orderly;
    case MinisocketEnd::reset:
      return Ending::reset;
    case MinisocketEnd::expired:
      return Ending::expired;
    case MinisocketEnd::pruned:
      return Ending::pruned;
    case MinisocketEnd::listener_gone:
      return Ending::listener_gone;
    case MinisocketEnd::cut_short:
      return Ending::cut_short;
  }
  return Ending::expired;
}

/// The life of a request or a time-wait socket at its end.
ConnectionLife life_of(const Transition& end) {
  ConnectionLife life;
  life.body = end.body;
  life.local = end.local;
  life.remote = end.remote;
  life.socket = end.socket;
  life.cookie = end.cookie;
  life.netns = end.netns;
  life.interface = end.interface;
  if (end.body == Body::request) life.opening = Opening::passive;
  life.states.push_back({end.from, end.dwell});
  life.ended = end.time;
  if (end.dwell) life.began = *end.time - *end.dwell;
  life.ending = ending_of(*end.minisocket_end);
  life.complete = end.dwell.has_value();
  return life;
}

/// More findings than this say nothing new.
constexpr std::uint64_t kMostFindings = 20;

}  // namespace

TracedLives::TracedLives(const options::TraceCommand& command, const KernelLimits& limits,
                         render::TransitionWriter& writer, TextBuffer& out, const Notes& notes)
    : command_(command),
      writer_(writer),
      out_(out),
      notes_(notes),
      lives_(
          limits, pairs_, [this](const LogFinding& finding) { tell(finding); },
          [this](const Transition& transition, const Judgement& judgement, Opening opening) {
            return tell(transition, judgement, opening);
          },
          [this](const ConnectionLife& life) { return tell(life); }) {}

Flow TracedLives::transition(const Transition& transition) {
  if (transition.body != Body::socket) return tell_minisocket(transition);
  if (!command_.command.empty() && !followed_.belongs(transition)) return Flow::more;
  return lives_.transition(transition);
}

Flow TracedLives::lost(std::uint64_t count, std::uint64_t line) {
  lost_records_ += count;
  lives_.lost(count, line);
  // The kernel does not say when it was.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  writer_.sample(time_of(std::chrono::floor<EventTime>(now)));
  writer_.lost(count);
  notes_.print(Notes::Level::warning, "the kernel lost " + counted(count, "record") + " here");
  return Flow::more;
}

void TracedLives::flush() {
  if (written_ > flushed_) writer_.sample_end();
  flushed_ = written_;
  out_.flush();
}

render::TransitionCounts TracedLives::counts() const {
  TraceSummary summary = statistics_.summary();
  summary.lives = ended_;
  summary.running = lives_.running([this](const ConnectionLife& life) { return wants(life); });
  return {.samples = 0, .lost_records = lost_records_, .verdicts = verdicts_, .trace = std::move(summary)};
}

Flow TracedLives::write(const Transition& transition, const Judgement& judgement) {
  writer_.sample(time_of(*transition.time));
  writer_.transition(transition, judgement);
  return written();
}

Flow TracedLives::write(const ConnectionLife& life) {
  writer_.sample(time_of(*life.ended));
  writer_.life(life);
  return written();
}

Flow TracedLives::written() {
  const bool enough = ++written_ == command_.count;
  return enough || out_.error() != 0 ? Flow::stop : Flow::more;
}

Flow TracedLives::tell(const Transition& transition, const Judgement& judgement, Opening opening) {
  if (!filter::wants(command_.filter, transition)) return Flow::more;
  statistics_.add(transition, opening);
  verdicts_.add(judgement.verdict);
  if (command_.lives || (command_.only && !filter::is_of(*command_.only, transition, judgement.verdict))) {
    return Flow::more;
  }
  return write(transition, judgement);
}

Flow TracedLives::tell_minisocket(const Transition& transition) {
  if (!filter::wants(command_.filter, transition)) return Flow::more;
  if (command_.lives) {
    // A request whose handshake was completed lives on as a connection.
    if (!transition.minisocket_end || transition.minisocket_end == MinisocketEnd::completed) return Flow::more;
    const ConnectionLife life = life_of(transition);
    return command_.only && !filter::is_of(*command_.only, life) ? Flow::more : write(life);
  }
  const Judgement judgement = trace::judge_minisocket(transition);
  if (command_.only && !filter::is_of(*command_.only, transition, judgement.verdict)) return Flow::more;
  verdicts_.add(judgement.verdict);
  return write(transition, judgement);
}

bool TracedLives::wants(const ConnectionLife& life) const {
  Transition was;
  was.local = life.local;
  was.remote = life.remote;
  for (const LifeStay& stay : life.states) {
    was.from = stay.state;
    if (filter::wants(command_.filter, was)) return true;
  }
  return false;
}

Flow TracedLives::tell(const ConnectionLife& life) {
  if (!wants(life)) return Flow::more;
  ++ended_;
  return !command_.lives || (command_.only && !filter::is_of(*command_.only, life)) ? Flow::more : write(life);
}

void TracedLives::tell(const LogFinding& finding) {
  // A life that was running when the trace began is no news.
  if (finding.severity <= Severity::info) return;
  if (finding.rule == LogRule::continuity || finding.rule == LogRule::birth) ++broken_lives_;
  if (findings_++ >= kMostFindings) return;
  const std::string ends =
      (finding.local ? to_string(*finding.local) : "-") + " " + (finding.remote ? to_string(*finding.remote) : "*");
  notes_.print(Notes::Level::warning, std::string(name(finding.rule)) + ": " + ends + ": " + finding.message);
}

}  // namespace tcpstat::cli::verbs
