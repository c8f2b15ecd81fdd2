#pragma once
// What one line of a log of TCP sockets says: a transition as the kernel or a sampler saw it, a row of a sample, the end
// of a sample. Views live during the call that hands the record over.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "model/address.h"
#include "model/connection.h"
#include "model/state.h"

namespace tcpstat::inline model {

/// IPPROTO_TCP and IPPROTO_MPTCP: the two that share the numbers of the states. An MPTCP socket has a table of its own.
enum class Protocol : std::uint8_t { tcp, mptcp };

/// A state as a log may name it: one of the eleven, ABSENT between samples, or TCP_NEW_SYN_RECV, which no full socket
/// is ever in (include/net/tcp_states.h).
class LoggedState {
 public:
  static constexpr std::size_t kCount = kStateCount + 2;

  constexpr LoggedState() = default;
  constexpr LoggedState(State state) : number_(static_cast<std::uint8_t>(state)) {}
  static constexpr LoggedState absent() { return {}; }
  static constexpr LoggedState request() {
    LoggedState out;
    out.number_ = kStateCount + 1;
    return out;
  }

  [[nodiscard]] constexpr std::size_t index() const { return number_; }
  [[nodiscard]] constexpr bool is_request() const { return number_ == kStateCount + 1; }
  /// Nothing for absent; a request socket is seen as SYN_RECV.
  [[nodiscard]] constexpr std::optional<State> seen() const {
    if (number_ == 0) return std::nullopt;
    return is_request() ? State::syn_recv : static_cast<State>(number_);
  }
  friend constexpr bool operator==(LoggedState, LoggedState) = default;

 private:
  std::uint8_t number_ = 0;
};

/// "ABSENT", "NEW_SYN_RECV" or the state's name.
inline std::string_view name(LoggedState state) {
  if (state.is_request()) return "NEW_SYN_RECV";
  const auto seen = state.seen();
  return seen ? name(*seen) : std::string_view("ABSENT");
}

/// exact: the kernel announced it. sampled: two samples differ.
enum class Observed : std::uint8_t { exact, sampled };

using LogTime = std::chrono::microseconds;  ///< since 1970, or since the host started

struct LoggedTransition {
  Observed observed = Observed::exact;
  LoggedState from;
  LoggedState to;
  Protocol protocol = Protocol::tcp;
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;
  std::string_view socket;  ///< any word that is one kernel socket's while it lives, such as skaddr; or empty
  std::optional<std::uint64_t> cookie;
  std::optional<LogTime> time;
  std::optional<LogTime> dwell;  ///< how long it was in `from`, as the log says
  std::string_view host;         ///< where the log was written; or empty
};

/// Which sample a row belongs to, and where that was taken.
struct SampleName {
  std::optional<std::uint64_t> counter;
  std::optional<LogTime> time;
  std::string_view host;
  std::optional<std::uint64_t> netns;
};

struct LoggedRow {
  SampleName sample;
  State state = State::close;
  Endpoint local;
  Endpoint remote;
  std::optional<std::uint64_t> cookie;
  std::optional<std::uint64_t> inode;
  TimerKind timer = TimerKind::unknown;
};

/// Whether the sample holds every connection: a row that is not in a partial or filtered one may still exist.
enum class Whole : std::uint8_t { no, yes };
struct LoggedSampleEnd {
  SampleName sample;
  Whole whole = Whole::no;
};

/// The log itself says that records are missing.
struct LostRecords {
  std::uint64_t count = 0;
};
/// A header, a comment, an event of another kind, another protocol.
struct OtherLine {};
struct BadLine {
  std::string_view why;  ///< static: "no JSON object"
};

using LogRecord = std::variant<LoggedTransition, LoggedRow, LoggedSampleEnd, LostRecords, OtherLine, BadLine>;

}  // namespace tcpstat::inline model
