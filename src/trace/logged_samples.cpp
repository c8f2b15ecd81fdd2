#include "trace/logged_samples.h"

#include <utility>

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

void LoggedSamples::Namespace::forget() {
  joint.forget_all();
  diff.forget_all();
  was_read = false;
}

LoggedSamples::Namespace& LoggedSamples::of(std::optional<std::uint64_t> netns) {
  std::unique_ptr<Namespace>& one = all_[netns.value_or(0)];
  if (one == nullptr) {
    one = std::make_unique<Namespace>(say_, out_);
    one->diff.begin(time_);
  }
  return *one;
}

void LoggedSamples::begin(const SampleName& sample) {
  if (open_ && sample.counter == counter_ && sample.time == time_ && sample.host == host_) return;
  if (open_) close(Whole::no, std::nullopt);  // it had no last line, which would tell whether it is whole
  if (sample.host != host_) {
    for (auto& [netns, one] : all_) one->forget();
    host_ = sample.host;
  }
  counter_ = sample.counter;
  time_ = sample.time;
  open_ = true;
  ++samples_;
  for (auto& [netns, one] : all_) one->diff.begin(time_);
}

void LoggedSamples::row(const SampleRow& row, std::uint64_t line) {
  begin(row.sample);
  Namespace& one = of(row.sample.netns);
  one.is_read = true;
  one.joint.row(row, line);
  judge_stay(row, one.diff.see(row), line);
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

void LoggedSamples::close(Whole whole, std::optional<std::uint64_t> only) {
  open_ = false;
  bool again = false;
  for (auto& [netns, one] : all_) {
    const bool is_other = only && netns != 0 && *only != netns;
    one->joint.end();
    one->diff.end(whole == Whole::yes && !is_other ? SampleDiff::Sample::complete : SampleDiff::Sample::partial);
    if (is_other) one->forget();  // what comes of its sockets is not seen
    const bool is_read = std::exchange(one->is_read, false);
    again = again || (is_read && one->was_read);
    one->was_read = is_read;
  }
  if (again) ++compared_;
}

void LoggedSamples::end(const SampleEnd& end) {
  begin(end.sample);
  // A sample without rows is one, too; that of several namespaces names none.
  if (end.sample.netns || all_.empty()) of(end.sample.netns);
  for (auto& [netns, one] : all_) one->is_read = !end.sample.netns || *end.sample.netns == netns || one->is_read;
  close(end.whole, end.sample.netns);
}

void LoggedSamples::finish() {
  if (open_) close(Whole::no, std::nullopt);
  for (auto& [netns, one] : all_) one->diff.finish();
}

std::uint64_t LoggedSamples::sum_of(std::uint64_t (SampleDiff::*count)() const) const {
  std::uint64_t sum = 0;
  for (const auto& [netns, one] : all_) sum += (one->diff.*count)();
  return sum;
}

}  // namespace tcpstat::trace
