#pragma once
// A 64-bit hash with a secret: strangers choose addresses and ports, and must not be able to choose collisions.
// Not for storage: the secret is new in each run.

#include <sys/random.h>

#include <cstdint>
#include <cstring>
#include <span>

namespace tcpstat::inline base {

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
  /// The two halves of the 128-bit product, folded.
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD1B54A32D192ED03ULL);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }

  std::uint64_t key_[2] = {0x243F6A8885A308D3ULL, 0x13198A2E03707344ULL};
};

}  // namespace tcpstat::inline base
