#include "segment.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace tcpstat::lab {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint16_t kMss = 1460;

void put16(std::uint8_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

void put32(std::uint8_t* at, std::uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value & 0xffff);
}

std::uint16_t get16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

std::uint32_t get32(const std::uint8_t* at) { return static_cast<std::uint32_t>(get16(at)) << 16 | get16(at + 2); }

std::uint32_t add(std::uint32_t sum, const std::uint8_t* bytes, std::size_t size) {
  for (std::size_t i = 0; i + 1 < size; i += 2) sum += get16(bytes + i);
  if (size % 2 != 0) sum += static_cast<std::uint32_t>(bytes[size - 1]) << 8;
  return sum;
}

// RFC 1071: the ones' complement of the ones' complement sum.
std::uint16_t folded(std::uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

std::size_t encode(const Segment& segment, std::span<std::uint8_t> packet) {
  assert(packet.size() >= kLargestSegment && segment.payload.size() <= 1400);
  const bool ipv4 = segment.source.address.family == Family::ipv4;
  const std::size_t address_size = ipv4 ? 4 : 16;
  const std::size_t ip_size = ipv4 ? 20 : 40;
  const std::size_t tcp_size = (segment.flags & kSyn) != 0 ? 24 : 20;
  const std::size_t length = tcp_size + segment.payload.size();
  std::uint8_t* const ip = packet.data();
  std::uint8_t* const tcp = ip + ip_size;
  std::fill_n(ip, ip_size + tcp_size, std::uint8_t{0});

  std::uint8_t* const source = ip + (ipv4 ? 12 : 8);
  std::memcpy(source, segment.source.address.bytes.data(), address_size);
  std::memcpy(source + address_size, segment.destination.address.bytes.data(), address_size);
  if (ipv4) {
    ip[0] = 0x45;
    put16(ip + 2, static_cast<std::uint32_t>(ip_size + length));
    ip[8] = 64;
    ip[9] = kTcp;
    put16(ip + 10, folded(add(0, ip, ip_size)));
  } else {
    ip[0] = 0x60;
    put16(ip + 4, static_cast<std::uint32_t>(length));
    ip[6] = kTcp;
    ip[7] = 64;
  }

  put16(tcp, segment.source.port);
  put16(tcp + 2, segment.destination.port);
  put32(tcp + 4, segment.sequence);
  put32(tcp + 8, segment.acknowledgment);
  tcp[12] = static_cast<std::uint8_t>(tcp_size / 4 << 4);
  tcp[13] = segment.flags;
  put16(tcp + 14, segment.window);
  if (tcp_size == 24) {
    tcp[20] = 2;
    tcp[21] = 4;
    put16(tcp + 22, kMss);
  }
  std::memcpy(tcp + tcp_size, segment.payload.data(), segment.payload.size());
  // RFC 9293 §3.1: the pseudo header is source, destination, protocol and length.
  std::uint32_t sum = add(0, source, 2 * address_size) + kTcp + static_cast<std::uint32_t>(length);
  put16(tcp + 16, folded(add(sum, tcp, length)));
  return ip_size + length;
}

std::optional<Segment> decode(std::span<const std::uint8_t> packet) {
  if (packet.size() < 40) return std::nullopt;
  const bool ipv4 = packet[0] >> 4 == 4;
  const std::size_t ip_size = ipv4 ? std::size_t{packet[0] & 0x0fU} * 4 : 40;
  if (packet[ipv4 ? 9 : 6] != kTcp || packet.size() < ip_size + 20) return std::nullopt;
  Segment segment;
  segment.source.address.family = segment.destination.address.family = ipv4 ? Family::ipv4 : Family::ipv6;
  const std::uint8_t* const source = packet.data() + (ipv4 ? 12 : 8);
  const std::size_t address_size = ipv4 ? 4 : 16;
  std::memcpy(segment.source.address.bytes.data(), source, address_size);
  std::memcpy(segment.destination.address.bytes.data(), source + address_size, address_size);
  const std::uint8_t* const tcp = packet.data() + ip_size;
  segment.source.port = get16(tcp);
  segment.destination.port = get16(tcp + 2);
  segment.sequence = get32(tcp + 4);
  segment.acknowledgment = get32(tcp + 8);
  segment.flags = tcp[13];
  segment.window = get16(tcp + 14);
  return segment;
}

}  // namespace tcpstat::lab
