#pragma once
// The only table of exit codes.

#include <cstdint>

namespace tcpstat {

enum class ExitStatus : std::uint8_t {
  done = 0,
  no_match = 1,  ///< only with -q
  illegal = 1,   ///< only of validate: a transition that no kernel makes
  failed = 2,    ///< usage, read or write error; --strict with a partial snapshot
};

constexpr int code(ExitStatus status) { return static_cast<int>(status); }

}  // namespace tcpstat
