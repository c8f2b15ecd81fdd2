#pragma once
// Listeners judged together: a flood that is spread over many of them leaves too little at each.

#include <memory>
#include <optional>
#include <vector>

#include "detect/measurements.h"

namespace tcpstat::detect {

/// One listener made of several; `view` points into it.
struct Pool {
  SynListener now;
  SynListener before;
  std::optional<ListenerView> view;
};

/// Nothing if they are fewer than two, or one of them has nearly all requests.
std::unique_ptr<const Pool> pool_of(const std::vector<const ListenerView*>& listeners);

}  // namespace tcpstat::detect
