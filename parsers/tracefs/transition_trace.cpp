#include "parsers/tracefs/transition_trace.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tcpstat::tracefs {
namespace {

/// How often the buffers are looked at: people see no difference, and 1.4 MiB a processor hold some 14,000 records.
constexpr std::chrono::milliseconds kPause{20};
/// A record is in its buffer this long after it took its time, unless its processor was held up.
constexpr std::uint64_t kSettled_ns = 1'000'000;
/// More than this are not read in one round, however fast they come.
constexpr std::size_t kMostWaiting = 1U << 16U;

std::uint64_t now_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000ULL + static_cast<std::uint64_t>(now.tv_nsec);
}

bool earlier(const TraceRecord& a, const TraceRecord& b) { return a.time_ns < b.time_ns; }

}  // namespace

Expected<std::unique_ptr<TransitionTrace>> TransitionTrace::open(Between between) {
  auto instance = TraceInstance::open();
  if (!instance) return tl::make_unexpected(instance.error());
  return std::unique_ptr<TransitionTrace>(new TransitionTrace(std::move(*instance), std::move(between)));
}

TransitionTrace::~TransitionTrace() = default;

Flow TransitionTrace::tell(const TraceRecord& record, ObservationSink& sink) {
  if (record.lost > 0 && sink.lost(record.lost, records_ + 1) == Flow::stop) return Flow::stop;
  if (record.lost > 0) resets_.lost();
  if (record.kind == TraceRecord::Kind::reset) resets_.add(record.socket);
  if (record.kind != TraceRecord::Kind::transition) return Flow::more;
  auto transition = to_transition(record);
  if (!transition) return Flow::more;
  if (instance_.tells_resets()) transition->peer_reset = resets_.settle(record.socket, transition->to);
  // The kernel's addresses help an attacker, so a hash of them tells sockets apart.
  std::uint64_t words[] = {record.socket};
  std::array<char, 16> socket{};
  const auto [end, error] = std::to_chars(socket.data(), socket.data() + socket.size(), hash_(words), 16);
  transition->socket = {socket.data(), static_cast<std::size_t>(end - socket.data())};
  transition->time = EventTime((since_1970_ns_ + record.time_ns) / 1000);
  transition->line = ++records_;
  return sink.transition(*transition);
}

Flow TransitionTrace::release(std::uint64_t until_ns, ObservationSink& sink) {
  std::stable_sort(waiting_.begin(), waiting_.end(), earlier);
  auto at = waiting_.begin();
  Flow flow = Flow::more;
  for (; at != waiting_.end() && at->time_ns <= until_ns && flow == Flow::more; ++at) flow = tell(*at, sink);
  waiting_.erase(waiting_.begin(), at);
  return flow;
}

Expected<void> TransitionTrace::read(ObservationSink& sink) {
  Flow flow = Flow::more;
  bool last = false;
  // Once: a clock that is set meanwhile must not lengthen what lasts between two records.
  since_1970_ns_ = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
  while (flow == Flow::more && !last) {
    // Before anything is read: what comes while it is read belongs to the next round.
    const std::uint64_t begun = now_ns(CLOCK_MONOTONIC);
    last = between_() == Flow::stop;
    std::uint64_t nothing_left_until = 0;
    do {
      const auto drained = instance_.drain([&](const TraceRecord& record) { waiting_.push_back(record); },
                                           [&] { return waiting_.size() >= kMostWaiting; });
      if (!drained) return tl::make_unexpected(drained.error());
      nothing_left_until = *drained;
      // What is left in one buffer may be older than what came from another.
      flow = release(std::min(nothing_left_until, last ? UINT64_MAX : begun - kSettled_ns), sink);
    } while (flow == Flow::more && last && nothing_left_until < begun);
    if (flow == Flow::more && !last && nothing_left_until == UINT64_MAX) instance_.wait(kPause);
  }
  return {};
}

}  // namespace tcpstat::tracefs
