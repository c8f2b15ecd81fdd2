#pragma once
// The checksum of records.

#include <cstdint>
#include <string_view>

namespace tcpstat::record {

/// CRC-32C (RFC 3720, B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace tcpstat::record
