#pragma once
// Services whose connections are still there, while nothing listens on their port any more.

#include <cstdint>
#include <vector>

#include "diagnose/row_groups.h"
#include "model/listener.h"

namespace tcpstat::diagnose {

class LeftServices {
 public:
  void see(const Connection& row, const LocalPorts& ports);
  void see(const Listener& row);
  /// In order. Right only if all listeners were seen.
  [[nodiscard]] std::vector<std::uint16_t> ports() const;

 private:
  /// A transparent proxy (IP_TRANSPARENT; Documentation/networking/tproxy.rst) takes connections to any port, though
  /// it listens on one of its own. TIME_WAIT and half-open rows do not tell whether they are of one.
  struct Use {
    std::uint32_t connections = 0;  ///< not of a proxy
    std::uint32_t untold = 0;       ///< that do not tell
    bool proxied = false;
    bool listened_on = false;
  };
  bool has_proxy_ = false;                                                 ///< a listener is transparent
  std::vector<Use> uses_ = std::vector<Use>(std::size_t{UINT16_MAX} + 1);  ///< by port
};

}  // namespace tcpstat::diagnose
