#pragma once
// What records say of the transition of the same socket that comes next: who did it.

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
  /// RING_ACTOR.
  void add(const ring_record& record);
  /// What was said of the next transition of that socket.
  Companion settle(std::uint64_t socket);
  /// Records are missing here: the next transition may be another one.
  void lost() { waiting_ = {}; }

 private:
  struct Waiting {
    std::uint64_t socket = 0;
    Companion what;
  };
  std::array<Waiting, 64> waiting_{};  ///< one a processor and context at most
  std::size_t next_ = 0;
  bool any_ = false;
};

}  // namespace tcpstat::bpf
