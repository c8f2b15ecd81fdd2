#pragma once
// How often listeners ended, from look to look: a program that starts and ends again and again is there in one look, and
// gone or another one in the next.

#include <map>
#include <optional>
#include <vector>

#include "detect/sample/syn_sample.h"
#include "model/listening_end.h"

namespace tcpstat::detect {

/// A LISTEN row was seen: with a cookie, or from /proc with a queue. The other endpoints that a state file remembers had
/// half-opens alone.
inline bool listens(const SynListener& listener) {
  return listener.sockets > 0 && (listener.identity || listener.accept_queue);
}

/// Whether one that ended has another in its place. Of a SO_REUSEPORT pool some sockets come and go while others listen.
inline bool began_anew(const SynListener& past, const SynListener& now) {
  return past.sockets == 1 && now.sockets == 1 && past.identity && now.identity && past.identity != now.identity;
}

struct EndedListener {
  ListeningEnd end;
  /// That it ended; and once more where it had to come first, for a restart is one end between two lives.
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
    SynListener last;
    bool there = false;
    bool came = false;  ///< it was not there at first
    unsigned ends = 0;
  };
  std::map<ListeningEnd, Life> lives_;
  bool first_ = true;
};

}  // namespace tcpstat::detect
