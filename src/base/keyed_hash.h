#pragma once
// A 64-bit hash with a secret: strangers choose addresses and ports, and must not be able to choose collisions.
// Not for storage: the secret is new in each run.

#include <sys/random.h>

#include <cstdint>
#include <cstring>
#include <span>

namespace tcpstat::inline base {

/// The two halves of the 128-bit product of two numbers, folded by exclusive or.
constexpr std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
#else
  // 32-bit machines: in four parts, as on paper.
  constexpr std::uint64_t kLow = 0xFFFF'FFFF;
  const std::uint64_t low = (a & kLow) * (b & kLow);
  const std::uint64_t middle = (a >> 32U) * (b & kLow) + (low >> 32U);
  const std::uint64_t other = (a & kLow) * (b >> 32U) + (middle & kLow);
  const std::uint64_t high = (a >> 32U) * (b >> 32U) + (middle >> 32U) + (other >> 32U);
  return (other << 32U | (low & kLow)) ^ high;
#endif
}
static_assert(folded_product(0xFFFF'FFFF'FFFF'FFFF, 0xFFFF'FFFF'FFFF'FFFF) == (0xFFFF'FFFF'FFFF'FFFE ^ 1));
static_assert(folded_product(0x9E37'79B9'7F4A'7C15, 0xD1B5'4A32'D192'ED03) == 0xD6CB'8892'A926'A943);

class KeyedHash {
 public:
  /// A fresh secret from the kernel.
  KeyedHash() {
    if (::getrandom(&key_, sizeof key_, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof key_)) {
      key_[0] ^= reinterpret_cast<std::uintptr_t>(this);  // an address-space layout is a secret too, if a smaller one
    }
  }

  [[nodiscard]] std::uint64_t operator()(std::span<const std::uint64_t> words) const {
    std::uint64_t state = key_[0];
    for (const std::uint64_t word : words) state = mix(state ^ word, key_[1] ^ word);
    return mix(state, key_[0] ^ words.size());
  }

 private:
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    return folded_product(a ^ 0x9E3779B97F4A7C15ULL, b ^ 0xD1B54A32D192ED03ULL);
  }

  std::uint64_t key_[2] = {0x243F6A8885A308D3ULL, 0x13198A2E03707344ULL};
};

}  // namespace tcpstat::inline base
