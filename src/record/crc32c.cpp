#include "record/crc32c.h"

#include <array>
#include <cstddef>

// Written out here: Debian has it in shared libraries only, and to load one more takes a fifteenth of a whole run on a
// quiet host, of programs that never touch a record too.

namespace tcpstat::record {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82F6'3B78;  // the polynomial, its bits reversed
constexpr std::size_t kAtOnce = 8;

using Remainders = std::array<std::uint32_t, 256>;

/// kBefore[n][byte]: the remainder of a byte that n zero bytes follow ("slicing by 8", Kounavis and Berry 2005).
constexpr std::array<Remainders, kAtOnce> kBefore = [] {
  std::array<Remainders, kAtOnce> before{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1U) ^ ((rest & 1U) * kCastagnoli);
    before[0][byte] = rest;
  }
  for (std::size_t zeros = 1; zeros < kAtOnce; ++zeros) {
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t rest = before[zeros - 1][byte];
      before[zeros][byte] = (rest >> 8U) ^ before[0][rest & 0xFFU];
    }
  }
  return before;
}();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t rest = ~0U;
  for (; bytes.size() >= kAtOnce; bytes.remove_prefix(kAtOnce)) {
    std::uint32_t next = 0;
    for (std::size_t at = 0; at < kAtOnce; ++at) {
      const std::uint32_t of_rest = at < sizeof rest ? (rest >> (8U * at)) & 0xFFU : 0;
      next ^= kBefore[kAtOnce - 1 - at][byte_at(bytes, at) ^ of_rest];
    }
    rest = next;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    rest = (rest >> 8U) ^ kBefore[0][(rest ^ byte_at(bytes, at)) & 0xFFU];
  }
  return ~rest;
}

}  // namespace tcpstat::record
