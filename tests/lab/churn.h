// Connections that come and go beside idle ones, so that tables change while they are dumped.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "population.h"
#include "worker.h"

namespace tcpstat::lab {

struct ChurnOptions {
  std::uint64_t pairs = 2000;             // idle pairs that stand through everything
  unsigned workers = 2;                   // processes that connect and close
  std::chrono::milliseconds time{60000};  // each stops by itself after this time …
  std::uint64_t connections = 2000000;    // … or after so many connections
  std::uint64_t rate = 0;                 // connections a second, of all together; 0: as many as there can be
};

class Churn {
 public:
  /// Builds the idle pairs; nothing moves yet.
  explicit Churn(const ChurnOptions& options);
  ~Churn();
  Churn(const Churn&) = delete;
  Churn& operator=(const Churn&) = delete;

  /// Starts the loops; they run until the object goes or their bounds are met.
  void start();

  /// Ends of the idle pairs.
  std::uint64_t idle() const { return idle_->established(); }

 private:
  ChurnOptions options_;
  std::optional<Population> idle_;
  std::vector<Worker> workers_;
};

}  // namespace tcpstat::lab
