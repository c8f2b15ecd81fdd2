#pragma once
// How the sources of half-opens are spread.

#include <span>
#include <string>

#include "detect/sample/syn_sample.h"

namespace tcpstat::detect {

struct TopShare {
  double share = 0;
  std::string text;  ///< the address or prefix
  Prefix network = {};
};

struct SourceStatistics {
  double unique = 0;   ///< different sources / requests
  double entropy = 0;  ///< Shannon's, over that of all different: 0 to 1
  TopShare top_source;
  TopShare top_prefix;       ///< a /24 or a /64
  TopShare top_wide_prefix;  ///< a /16 or a /48
};

/// The span must not be empty.
SourceStatistics source_statistics(std::span<const HalfOpen* const> requests);
SourceStatistics source_statistics(std::span<const Address> sources);

}  // namespace tcpstat::detect
