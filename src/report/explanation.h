#pragma once
// What `explain` says of one thing.

#include <string>

namespace tcpstat::inline report {

/// The same facts for people and for programs. A format writes one of them.
struct Explanation {
  std::string text;  ///< lines of at most 80 columns, in the characters of UTF-8
  std::string json;  ///< one JSON document
};

}  // namespace tcpstat::inline report
