// The words that bench is started with.
#pragma once

#include <string>
#include <vector>

namespace tcpstat::bench {

using Words = std::vector<std::string>;

struct Request {
  long sockets = 100'000;
  int rounds = 15;
  std::string against;  ///< path of another tcpstat; empty without one
  std::string inside;   ///< the group of cases to measure here, in a namespace that the lab has filled
};

/// Throws lab::UsageError with one sentence about the first word that cannot be meant.
Request parse(const Words& words);

/// A command's words, parted by blanks, without quoting.
Words words_of(const std::string& command);

}  // namespace tcpstat::bench
