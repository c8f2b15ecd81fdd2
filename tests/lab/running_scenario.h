// A scenario being played by a child process, in the namespace of this one.
#pragma once

#include <cstdint>

#include "traffic.h"
#include "tun_peer.h"
#include "worker.h"

namespace tcpstat::lab {

class RunningScenario {
 public:
  /// In the current namespace, which must be private. Traffic flows when this returns, and ends with the object.
  RunningScenario(const Scenario& scenario, std::uint64_t seed)
      : start_(prepare(scenario)), worker_([&scenario, seed, this](const Worker::Report& report) {
          Traffic traffic(peer_, scenario, seed);
          report(1);
          traffic.run();
        }) {
    worker_.wait_for_report();
    start_ = std::chrono::steady_clock::now();
  }

  milliseconds elapsed() const {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start_);
  }

 private:
  static std::chrono::steady_clock::time_point prepare(const Scenario& scenario) {
    prepare_namespace(scenario);
    return std::chrono::steady_clock::now();
  }

  TunPeer peer_;  // the device must be there before it is routed to
  std::chrono::steady_clock::time_point start_;
  Worker worker_;
};

}  // namespace tcpstat::lab
