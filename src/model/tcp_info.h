#pragma once
// The numbers of the kernel's struct tcp_info by name. The structure grows with kernels (168 bytes in 4.x, 280 in
// 6.18): a field that lies behind the end of what a kernel sent is not known.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tcpstat::inline model {

struct TcpInfoField {
  std::string_view name;  ///< as a column: RTT_US
  std::string_view key;   ///< as a JSON key: rtt_us
  std::uint16_t offset;   ///< bytes from the start
  std::uint8_t size;      ///< bytes: 1, 2, 4 or 8
  std::uint8_t shift;     ///< of the wanted bits
  std::uint8_t bits;      ///< how many; 0: all of it
  std::uint16_t divisor;  ///< from the kernel's unit to the one in the name
  std::string_view meaning;
};

std::span<const TcpInfoField> tcp_info_fields();

/// The field's value; nothing if `info` ends before it or the kernel says "unlimited" (all bits of 64 set).
std::optional<std::uint64_t> tcp_info_value(std::span<const std::byte> info, const TcpInfoField& field);

/// Puts a value that tcp_info_value() gave back into `info`, which grows with zeros where needed.
void set_tcp_info_value(std::vector<std::byte>& info, const TcpInfoField& field, std::uint64_t value);

}  // namespace tcpstat::inline model
