#pragma once
// Which process causes the next transition of a socket, as the record before it says.

#include <array>
#include <cstdint>
#include <optional>

#include "parsers/bpf/ring_record.h"

namespace tcpstat::bpf {

struct Companion {
  std::optional<std::uint32_t> pid;
  std::array<char, 16> name{};  ///< of the process, ends with 0
};

class Companions {
 public:
  /// Takes a record of kind RING_ACTOR.
  void add(const ring_record& record);
  /// What was said of the transition of that socket which comes now.
  Companion settle(std::uint64_t socket);
  /// Tells that records were lost here: the next transition may be another one.
  void lost() { waiting_ = {}; }

 private:
  struct Waiting {
    std::uint64_t socket = 0;
    Companion what;
  };
  std::array<Waiting, 64> waiting_{};  ///< at most one per processor and context
  std::size_t next_ = 0;
  bool any_ = false;
};

}  // namespace tcpstat::bpf
