#pragma once
// How often listeners ended, from look to look: a program that starts and ends again and again is there in one look,
// and gone or another one in the next.

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "detect/sample/syn_sample.h"
#include "model/listening_end.h"

namespace tcpstat::detect {

/// A LISTEN row was seen: with a cookie, or from /proc with a queue. The other endpoints that a state file remembers
/// had half-opens alone.
inline bool listens(const SynListener& listener) {
  return listener.sockets > 0 && (listener.identity || listener.accept_queue);
}

/// The listener on this end, if a LISTEN row of it was seen.
inline const SynListener* listening_on(const SynSample& sample, const ListeningEnd& end) {
  const auto at = std::find_if(sample.listeners.begin(), sample.listeners.end(),
                               [&](const SynListener& one) { return one.end() == end && listens(one); });
  return at == sample.listeners.end() ? nullptr : &*at;
}

/// Whether the one socket of `past` has ended and another one is in its place. Of a SO_REUSEPORT pool some sockets come
/// and go while others listen.
inline bool began_anew(std::optional<std::uint64_t> past, const SynListener& now) {
  return now.sockets == 1 && now.is_other_than(past);
}

struct EndedListener {
  ListeningEnd end;
  /// How often it ended; one more if it was not there at first, because a restart is one end between two lives.
  unsigned times = 0;
};

class ListenerEnds {
 public:
  /// One look, in the order of time.
  void add(const SynSample& sample);
  /// Those that ended at all.
  [[nodiscard]] std::vector<EndedListener> all() const;

 private:
  struct Life {
    std::optional<std::uint64_t> alone;  ///< the identity at the last look, if it was one socket
    bool there = false;
    bool came = false;  ///< it was not there at first
    unsigned ends = 0;
  };
  std::map<ListeningEnd, Life> lives_;
  bool first_ = true;
};

}  // namespace tcpstat::detect
