// Every case once a round. What a ratio is made of runs in turn, so that drift of the machine meets both sides alike.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cases.h"

namespace tcpstat::bench {

struct Measured {
  Case what;
  Series ours;
  Series theirs;      ///< of the other tcpstat; empty where it takes no part
  Series references;  ///< the sums; empty without references
};

/// Where the programs of the cases are found.
struct Programs {
  std::string folder;   ///< of drain and fdwalk
  std::string tcpstat;  ///< the one under test
  std::string against;  ///< the other one; empty without one
};

/// The order in which `members` take their turns in a round: each is first as often as any other, and every other round
/// runs backwards, so that none always follows the same one.
std::vector<std::size_t> turns(std::size_t members, int round);

/// Plays each case once unmeasured, to warm the caches, and then `rounds` times.
std::vector<Measured> play(const std::vector<Case>& cases, int rounds, const Programs& programs);

}  // namespace tcpstat::bench
