// The program behind the listening socket: accepts at once, slowly or never, reads, and closes after its client.
#pragma once

#include <chrono>
#include <unordered_map>
#include <vector>

#include "handle.h"
#include "scenario.h"

namespace tcpstat::lab {

class ServerApplication {
 public:
  explicit ServerApplication(const Server& server);

  /// Does what can be done now.
  void work();
  /// Becomes readable when work() has something to do (an epoll instance).
  int fd() const { return events_.get(); }
  /// When work() wants to be called without that: a slow application's next accept(2).
  std::chrono::steady_clock::time_point next_turn() const { return next_turn_; }

 private:
  bool accept_one(int listener);
  [[nodiscard]] bool listens(int fd) const;
  void read_from(int fd);

  Server server_;
  std::vector<Handle> listeners_;
  Handle events_;
  std::unordered_map<int, Handle> connections_;
  std::chrono::steady_clock::time_point next_turn_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace tcpstat::lab
