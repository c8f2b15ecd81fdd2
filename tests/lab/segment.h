// One TCP segment in its IP packet, as bytes on a TUN device: pure, no I/O.
//
//   IPv4: | header 20 | TCP 20 (+ 4: MSS option on a SYN) | payload |
//   IPv6: | header 40 | TCP 20 (+ 4: MSS option on a SYN) | payload |
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "address.h"

namespace tcpstat::lab {

enum Flag : std::uint8_t { kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10 };

struct Segment {
  Endpoint source;
  Endpoint destination;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 65535;
  std::string payload;
};

constexpr std::size_t kLargestSegment = 2048;

/// Writes the packet with its checksums; returns its length. `packet` holds at least kLargestSegment bytes.
std::size_t encode(const Segment& segment, std::span<std::uint8_t> packet);

/// Reads a packet back, payload left out; nothing for anything that is not TCP over IPv4 or IPv6.
std::optional<Segment> decode(std::span<const std::uint8_t> packet);

}  // namespace tcpstat::lab
