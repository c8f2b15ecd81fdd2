#include "record/crc32c.h"

#include <doctest/doctest.h>

#include <string>

namespace tcpstat::record {
namespace {

/// As it is defined: a bit at a time.
std::uint32_t bit_by_bit(std::string_view bytes) {
  std::uint32_t rest = ~0U;
  for (const char byte : bytes) {
    rest ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1U) != 0 ? (rest >> 1U) ^ 0x82F6'3B78U : rest >> 1U;
  }
  return ~rest;
}

TEST_CASE("known checksums") {
  std::string rising(32, '\0');
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<char>(i);
  CHECK(crc32c(rising) == 0x46DD'794E);  // RFC 3720, B.4
  CHECK(crc32c(std::string(rising.rbegin(), rising.rend())) == 0x113F'DB5C);
}

TEST_CASE("the checksum of any length, from any address, is that of a bit at a time") {
  std::string bytes;
  for (std::uint32_t i = 0; i < 300; ++i) bytes += static_cast<char>((i * 2'654'435'761U) >> 24U);
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t size = 0; size + from <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(from, size);
      REQUIRE(crc32c(part) == bit_by_bit(part));
    }
  }
}

}  // namespace
}  // namespace tcpstat::record
