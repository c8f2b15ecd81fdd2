#pragma once
// What the screen knows: the last sample as the engines judged it, and what is left of those before.

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "check/continuous_check.h"
#include "model/host.h"
#include "report/tally.h"
#include "report/transition_verdict.h"
#include "screen/row_window.h"

namespace tcpstat::screen {

/// What stands for the state of a socket that is not there any more.
inline constexpr const char* kGone = "gone";

/// A socket that changed its state between two samples; if both its ends are on this host, both.
struct Event {
  std::string time;
  std::string local;
  std::string remote;
  std::string shown_local;  ///< with the device that it is bound to
  std::uint64_t netns = 0;  ///< zero: that of the run
  std::string change;       ///< "SYN_SENT > ESTABLISHED", "new > LISTEN", "TIME_WAIT > gone"
  std::string peer_change;  ///< of the other end; empty: it is elsewhere
  std::string reason;
  TransitionVerdict verdict = TransitionVerdict::legal;
  std::uint64_t sample = 0;
};

struct LiveData {
  std::uint64_t samples = 0;
  std::uint64_t looks = 0;  ///< at samples: a sample of a record may be looked at again
  std::uint64_t failed = 0;
  std::uint64_t partial = 0;
  std::string local_time;
  std::string host;
  Clock::Instant now{};
  check::Judged judged;
  check::Depth depth = check::Depth::whole;
  std::unique_ptr<RowWindow> rows;
  /// Oldest first, the last sample included; nothing: that sample counted nothing, because it was not read.
  std::deque<std::optional<Tally>> history;
  std::deque<Event> events;  ///< newest first
  std::uint64_t event_count = 0;
};

}  // namespace tcpstat::screen
