#include "trace/logged_samples.h"

#include "machine/dwell.h"

namespace tcpstat::trace {
namespace {

std::optional<std::chrono::milliseconds> bound_of(State state, TimerKind timer, const KernelLimits& limits) {
  // A SYN_SENT whose timer runs is not a deferred fast open, and a FIN_WAIT2 with the time-wait timer has no process.
  const bool ordinary = (state == State::syn_sent && timer == TimerKind::retransmit) ||
                        (state == State::fin_wait2 && timer == TimerKind::time_wait);
  if (!ordinary) return machine::longest_dwell(state, limits);
  const machine::DwellLimit limit = machine::dwell_bound(state).limit(limits);
  if (limit.kind != machine::DwellLimit::Kind::bounded) return std::nullopt;
  return machine::with_timer_slack(limit.most);
}

}  // namespace

void LoggedSamples::begin(const SampleName& sample) {
  if (open_ && sample.counter == counter_ && sample.time == time_ && sample.host == host_ && sample.netns == netns_) {
    return;
  }
  if (open_) close(Whole::no);  // it had no last line, which would tell whether it is whole
  if (sample.host != host_ || sample.netns != netns_) {
    diff_.forget_all();
    joint_.forget_all();
    host_ = sample.host;
    netns_ = sample.netns;
  } else if (samples_ > 0) {
    ++compared_;
  }
  counter_ = sample.counter;
  time_ = sample.time;
  open_ = true;
  ++samples_;
  diff_.begin(time_);
}

void LoggedSamples::row(const SampleRow& row, std::uint64_t line) {
  begin(row.sample);
  joint_.row(row, line);
  judge_stay(row, diff_.see(row), line);
}

void LoggedSamples::judge_stay(const SampleRow& row, const Stay& stay, std::uint64_t line) {
  if (stay.now == EventTime{}) return;
  const auto most = bound_of(row.state, row.timer, limits_);
  // Told once: by the first sample in which the time is too long.
  if (!most || stay.now <= *most || stay.before > *most) return;
  const auto lasted = std::chrono::duration_cast<std::chrono::seconds>(stay.now);
  say_({line, LogRule::dwell, Severity::warning, ObservedState(row.state), std::nullopt, row.local, row.remote,
        "in " + std::string(name(row.state)) + " for at least " + std::to_string(lasted.count()) +
            " s, longer than the " + std::to_string(most->count() / 1000) + " s that its timers allow here",
        std::string(machine::dwell_bound(row.state).sysctls)});
}

void LoggedSamples::close(Whole whole) {
  open_ = false;
  joint_.end();
  diff_.end(whole == Whole::yes ? SampleDiff::Sample::complete : SampleDiff::Sample::partial);
}

void LoggedSamples::end(const SampleEnd& end) {
  begin(end.sample);
  close(end.whole);
}

void LoggedSamples::finish() {
  if (open_) close(Whole::no);
  diff_.finish();
}

}  // namespace tcpstat::trace
