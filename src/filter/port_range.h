#pragma once
// A range of ports, both ends included.

#include <cstdint>

namespace tcpstat::filter {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 65535;

  [[nodiscard]] bool has(std::uint16_t port) const { return port >= first && port <= last; }
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

}  // namespace tcpstat::filter
