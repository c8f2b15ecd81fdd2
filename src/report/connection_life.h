#pragma once
// One TCP socket from its first record to its last, as exact transitions tell it.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/transition.h"

namespace tcpstat::inline report {

/// active: connect(). passive: the child of a listener. unknown: its first records are missing.
enum class Opening : std::uint8_t { unknown, active, passive };
/// "unknown", …
constexpr std::string_view name(Opening opening) {
  constexpr std::string_view kNames[] = {"unknown", "active", "passive"};
  return kNames[static_cast<std::size_t>(opening)];
}

/// Whose FIN was the first; both: they crossed.
enum class ClosedFirst : std::uint8_t { local, remote, both };
constexpr std::string_view name(ClosedFirst side) {
  constexpr std::string_view kNames[] = {"local", "remote", "both"};
  return kNames[static_cast<std::size_t>(side)];
}

/// orderly: by FINs of both ends, that of this host acknowledged. failed: connect() came to nothing. refused: the peer
/// answered connect() with an RST. reset: an RST ended it. timed_out: nobody sent an RST, and the kernel gave up waiting
/// for the peer. dropped: this host ended it at once, by an RST or because it gave up; which of them is not known. The
/// others are ends of requests and time-wait sockets (MinisocketEnd).
enum class Ending : std::uint8_t {
  orderly,
  failed,
  refused,
  reset,
  timed_out,
  dropped,
  expired,
  pruned,
  listener_gone,
  cut_short
};
constexpr std::string_view name(Ending ending) {
  constexpr std::string_view kNames[] = {"orderly", "failed",  "refused", "reset",         "timed-out",
                                         "dropped", "expired", "pruned",  "listener-gone", "cut-short"};
  return kNames[static_cast<std::size_t>(ending)];
}

/// peer: its RST was received. here: this host sent it.
enum class ResetBy : std::uint8_t { peer, here };
constexpr std::string_view name(ResetBy who) {
  constexpr std::string_view kNames[] = {"peer", "here"};
  return kNames[static_cast<std::size_t>(who)];
}

/// A state, and how long the socket was in it.
struct LifeStay {
  ObservedState state;
  std::optional<EventTime> lasted;  ///< nothing where a record at either end is missing
};

/// A member that is nothing is not known, or there was no such thing. Views live during the call that hands it over.
struct ConnectionLife {
  Body body = Body::socket;
  std::optional<Endpoint> local;
  std::optional<Endpoint> remote;
  std::string_view socket;
  std::optional<std::uint64_t> cookie;
  std::optional<std::uint64_t> netns;  ///< inode of the network namespace
  std::uint32_t interface = 0;         ///< index of the device that it was bound to; zero: none, or not known
  Protocol protocol = Protocol::tcp;
  Opening opening = Opening::unknown;
  std::vector<LifeStay> states;  ///< without the CLOSE or LISTEN before and the CLOSE behind
  std::optional<EventTime> began;
  std::optional<EventTime> ended;
  /// The time until ESTABLISHED, from the SYN of an active opening or from the first SYN+ACK of a passive one. A child
  /// is announced when its handshake is over, so the latter is known only if requests were followed.
  std::optional<EventTime> handshake;
  std::optional<ClosedFirst> closed_first;
  std::optional<Ending> ending;
  std::optional<ResetBy> reset_by;
  std::optional<ResetReason> reset_reason;  ///< of an RST that this host sent
  std::optional<std::uint64_t> bytes_sent;  ///< of data, each byte once
  std::optional<std::uint64_t> bytes_received;
  bool complete = true;  ///< no record is missing
  bool legal = true;     ///< no record is illegal
};

}  // namespace tcpstat::inline report
