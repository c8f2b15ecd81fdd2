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
  void see(const Listener& row) { uses_[row.local.port].listened_on = true; }
  /// In order. Right only if all listeners were seen.
  [[nodiscard]] std::vector<std::uint16_t> ports() const;

 private:
  struct Use {
    std::uint32_t connections = 0;
    bool listened_on = false;
  };
  std::vector<Use> uses_ = std::vector<Use>(std::size_t{UINT16_MAX} + 1);  ///< by port
};

}  // namespace tcpstat::diagnose
