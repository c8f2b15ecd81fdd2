#pragma once
// Numbers as bytes of a record: fixed ones in little endian, others as LEB128 varints, signed ones zigzag.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcpstat::record {

template <typename Number>
void append_fixed(std::string& to, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    to += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
}

inline void append_varint(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) to += static_cast<char>(number | 0x80U);
  to += static_cast<char>(number);
}

/// How far `now` is from `before`, modulo 2^64, so that small steps either way are small numbers.
constexpr std::uint64_t zigzag(std::uint64_t before, std::uint64_t now) {
  const std::uint64_t step = now - before;
  return (step << 1U) ^ (0 - (step >> 63U));
}
constexpr std::uint64_t unzigzag(std::uint64_t before, std::uint64_t step) {
  return before + ((step >> 1U) ^ (0 - (step & 1U)));
}

inline void append_text(std::string& to, std::string_view text) {
  append_varint(to, text.size());
  to += text;
}

/// Takes a record apart from its front. A function fails if the bytes end too early, and then all later calls fail.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename Number>
  std::optional<Number> fixed() {
    if (rest_.size() < sizeof(Number)) return end();
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number && i < sizeof(Number); ++i) {
      number |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    }
    rest_.remove_prefix(sizeof(Number));
    return static_cast<Number>(number);
  }

  std::optional<std::uint64_t> varint() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return number;
    }
    return end();
  }

  /// A length, and as many bytes as it says.
  std::optional<std::string_view> text() {
    const auto length = varint();
    if (!length || *length > rest_.size()) return end();
    const std::string_view found = rest_.substr(0, static_cast<std::size_t>(*length));
    rest_.remove_prefix(found.size());
    return found;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::nullopt_t end() {
    rest_ = {};
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace tcpstat::record
