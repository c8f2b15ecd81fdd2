#pragma once
// A step of one TCP socket from state to state, as somebody saw it: the kernel announced it, or two samples differ. Any
// source makes this record and fills in what it knows; what the machine says of it stands beside it (report).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/address.h"
#include "model/minisocket.h"
#include "model/protocol.h"
#include "model/reset_reason.h"
#include "model/seen.h"
#include "model/state.h"

namespace tcpstat::inline model {

/// A state as an observer may name it: one of the eleven, ABSENT between samples, or TCP_NEW_SYN_RECV, which no full
/// socket is ever in (include/net/tcp_states.h).
class ObservedState {
 public:
  static constexpr std::size_t kCount = kStateCount + 2;

  constexpr ObservedState() = default;
  constexpr ObservedState(State state) : number_(static_cast<std::uint8_t>(state)) {}
  constexpr ObservedState(Seen seen) : number_(static_cast<std::uint8_t>(model::index(seen))) {}
  static constexpr ObservedState absent() { return {}; }
  static constexpr ObservedState request() {
    ObservedState out;
    out.number_ = kStateCount + 1;
    return out;
  }

  [[nodiscard]] constexpr std::size_t index() const { return number_; }
  [[nodiscard]] constexpr bool is_request() const { return number_ == kStateCount + 1; }
  /// Nothing for absent; a request socket is seen as SYN_RECV.
  [[nodiscard]] constexpr Seen seen() const {
    if (number_ == 0) return kAbsent;
    return is_request() ? State::syn_recv : static_cast<State>(number_);
  }
  friend constexpr bool operator==(ObservedState, ObservedState) = default;

 private:
  std::uint8_t number_ = 0;
};

/// "ABSENT", "NEW_SYN_RECV" or the state's name.
inline std::string_view name(ObservedState state) {
  return state.is_request() ? std::string_view("NEW_SYN_RECV") : name(state.seen());
}

/// exact: the kernel announced it. sampled: two samples differ.
enum class Observed : std::uint8_t { exact, sampled };

/// Whether both sides of a sampled transition are one socket. same: one connection, or one descriptor that was used
/// again. reused: another socket on the same addresses and ports. doubtful: nothing speaks against the same one, and
/// nothing proves it.
enum class Sameness : std::uint8_t { same, reused, doubtful };

/// What a socket itself says of its step to CLOSE. both_fins: the peer's FIN came, and that of this host was
/// acknowledged. gave_up: the kernel waited for the peer in vain. other: neither.
enum class CloseCause : std::uint8_t { both_fins, gave_up, other };

using EventTime = std::chrono::microseconds;  ///< since 1970, or since the host started

/// Whether records of one socket stand in the order in which they happened. by_processor: each processor has a buffer
/// of its own, and those are printed one after the other.
enum class RecordOrder : std::uint8_t { as_it_happened, by_processor };

/// Views live during the call that hands it over.
struct Transition {
  ObservedState from;
  ObservedState to;
  Observed observed = Observed::exact;
  Sameness sameness = Sameness::doubtful;  ///< of a sampled one
  Protocol protocol = Protocol::tcp;
  /// What went from state to state. A request or a time-wait socket goes between ABSENT and its own states.
  Body body = Body::socket;
  std::optional<MinisocketEnd> minisocket_end;  ///< of a step to ABSENT
  std::optional<unsigned> tries;                ///< of a request: rounds of SYN+ACKs that were not answered in time
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;  ///< nothing for a socket that has none: LISTEN, bound CLOSE
  /// Any word that identifies one kernel socket while it lives, such as skaddr; or empty.
  std::string_view socket;
  std::optional<std::uint64_t> cookie;
  std::optional<std::uint64_t> inode;
  std::optional<std::uint64_t> netns;  ///< inode of the network namespace
  /// Index of the device that it is bound to; zero: none, or not known.
  std::uint32_t interface = 0;
  std::optional<EventTime> time;
  /// How long it was in `from`: as the source says, or between the first and the last sample that showed it.
  std::optional<EventTime> dwell;
  /// Whether an RST of the peer ended it; nothing for other steps than those to CLOSE, and where the source cannot
  /// tell.
  std::optional<bool> peer_reset;
  /// Whether this host sent an RST for it then, as far as that is known: of a step to CLOSE that no RST of the peer
  /// caused.
  std::optional<bool> reset_sent;
  std::optional<ResetReason> reset_reason;  ///< of the RST that was sent; nothing where the kernel does not say
  std::optional<CloseCause> close_cause;  ///< of a step of a connection to CLOSE; nothing where the source cannot tell
  /// Whether the running process was one that the source was told to follow. If a system call caused the step, as
  /// connect(2) and listen(2) do, that is the process that called it; otherwise it may be any.
  bool by_followed = false;
  /// Which process did it, where a system call did: listen(2), connect(2), close(2) or shutdown(2). Nothing elsewhere.
  std::optional<std::uint32_t> actor_pid;
  std::string_view actor_name;
  /// With the step to ESTABLISHED of a listener's child: since the first SYN+ACK.
  std::optional<EventTime> handshake;
  std::optional<std::uint64_t> bytes_sent;  ///< with the last step of a connection: of data, each byte once
  std::optional<std::uint64_t> bytes_received;
  std::string_view host;   ///< where it was written down; or empty
  std::uint64_t line = 0;  ///< of the log, or number of the record; 0 where there is none
  RecordOrder order = RecordOrder::as_it_happened;
};

}  // namespace tcpstat::inline model
