// tcpstat watch: the same question again and again.

#include <time.h>
#include <unistd.h>

#include <array>

#include "base/timestamp.h"
#include "cli/terminal.h"
#include "cli/verbs/ending.h"
#include "cli/verbs/plans.h"
#include "cli/verbs/verbs.h"
#include "cli/verbs/watch_live.h"
#include "cli/verbs/watching.h"

namespace tcpstat::cli::verbs {

render::SampleTime sample_time(std::uint64_t snapshot, std::chrono::milliseconds interval, const Clock& clock) {
  const auto wall = clock.wall_time().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(wall);
  const timespec now = {static_cast<time_t>(seconds.count()),
                        static_cast<long>(std::chrono::nanoseconds(wall - seconds).count())};
  tm local{};
  ::localtime_r(&now.tv_sec, &local);
  std::array<char, 16> text{};
  std::string shown(text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &local));
  if (interval < std::chrono::seconds(1)) {
    const std::string ms = std::to_string(1000 + now.tv_nsec / 1'000'000);
    shown += "." + ms.substr(1);
  }
  return {snapshot, timestamp(now), shown};
}

void SampleNotes::print(const Coverage& coverage) {
  Coverage fresh;
  std::set<std::string> now;
  for (const Warning& warning : coverage.warnings) {
    if (!before_.contains(warning.message)) fresh.warnings.push_back(warning);
    now.insert(warning.message);
  }
  print_warnings(fresh, notes_);
  before_ = std::move(now);
}

void WatchResult::add(const survey::Dump& dump) {
  ++samples;
  if (dump.error) ++failed;
  if (dump.error || !dump.report.coverage.complete) ++partial;
}

ExitStatus WatchResult::status(const options::SourceChoice& source) const {
  const bool nothing = samples > 0 && failed == samples;
  return nothing || (source.strict && partial > 0) ? ExitStatus::failed : ExitStatus::done;
}

Samples::Samples(const Watched& watched, const options::Sampling& sampling)
    : watched_(watched), interval_(sampling.interval.value_or(kUsualInterval)), most_(sampling.count) {
  if (watched.replay == nullptr) ticker_.emplace(interval_, most_, watched.output.fd());
}

bool Samples::next() {
  if (most_ && count_ == *most_) return false;
  if (!(ticker_ ? ticker_->next() : watched_.replay->step(1))) return false;
  ++count_;
  return true;
}

/// Ends a watch that could not begin. The reader of a pipe gets a document that says so.
template <typename Command>
static ExitStatus end_unread(const Command& watch, const Error& error, const Notes& notes) {
  constexpr Unread kWhat = std::is_same_v<Command, options::EventsCommand> ? Unread::transitions : Unread::rows;
  const bool on_terminal = look_at_terminal(STDOUT_FILENO).is_terminal;
  const render::Format& format = render::format(on_terminal ? watch.output.format : watch.format_in_pipe);
  write_failed(format, watch.source, watch.output, kWhat, error);
  return end_failed(error, notes);
}

template <typename Command>
static ExitStatus run_watch(const Command& watch, const Notes& notes) {
  Expected<std::unique_ptr<Host>> host;
  host::ReplayedRecord* replay = nullptr;
  if (watch.replay) {
    auto record = host::ReplayedRecord::open(watch.source.file, watch.replay->from, watch.replay->to);
    if (!record) return end_unread(watch, record.error(), notes);
    replay = record->get();
    host = std::move(*record);
  } else {
    host = host::open_host(host_options(watch.source, watch.filter));
  }
  if (!host) return end_unread(watch, host.error(), notes);
  auto output = Output::open(watch.output.file, watch.source.timeout);
  if (!output) return end_failed(output.error(), notes);
  const bool on_terminal = look_at_terminal(output->fd()).is_terminal;
  const render::Format& format = render::format(on_terminal ? watch.output.format : watch.format_in_pipe);
  const Watched watched{**host, format, *output, notes, replay};
  if constexpr (std::is_same_v<Command, options::WatchCommand>) {
    if (is_live(watch, watched)) return watch_live(watch, watched);
  }
  return take_samples(watch, watched);
}

ExitStatus run(const options::WatchCommand& watch, const Notes& notes) { return run_watch(watch, notes); }
ExitStatus run(const options::EventsCommand& watch, const Notes& notes) { return run_watch(watch, notes); }

}  // namespace tcpstat::cli::verbs
