// A forked child that does one thing, reports once, and then stays until it is told to go.
//
// It dies with its parent (PR_SET_PDEATHSIG), and is ended and reaped by its pid when the object goes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>

#include "handle.h"

namespace tcpstat::lab {

class Worker {
 public:
  /// Called in the child with the function that tells the parent a number; when it returns, the child stays idle.
  using Report = std::function<void(std::uint64_t)>;
  using Work = std::function<void(const Report&)>;

  explicit Worker(const Work& work);
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&&) = delete;
  ~Worker();

  /// For a child that holds something: sleeps, with its stack as it is, until the parent ends it.
  [[noreturn]] static void stay();

  pid_t pid() const { return pid_; }
  /// The number that the child reported; throws when it died without one.
  std::uint64_t wait_for_report();
  /// Ends the child without waiting: many are told first and reaped afterwards.
  void end();

 private:
  pid_t pid_ = -1;
  Handle report_;
};

/// Raises this process's limit of descriptors to the hard one and returns it.
std::uint64_t raise_descriptor_limit();

}  // namespace tcpstat::lab
