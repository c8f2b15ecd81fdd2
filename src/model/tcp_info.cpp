#include "model/tcp_info.h"

#include <algorithm>
#include <cstring>

namespace tcpstat::inline model {
namespace {

/// A field of 1 to 8 bytes in native order.
std::uint64_t load(const std::byte* from, std::size_t size) {
  switch (size) {
    case 1:
      return std::to_integer<std::uint64_t>(*from);
    case 2: {
      std::uint16_t value = 0;
      std::memcpy(&value, from, sizeof value);
      return value;
    }
    case 4: {
      std::uint32_t value = 0;
      std::memcpy(&value, from, sizeof value);
      return value;
    }
    default: {
      std::uint64_t value = 0;
      std::memcpy(&value, from, sizeof value);
      return value;
    }
  }
}

void store(std::byte* to, std::size_t size, std::uint64_t value) {
  const auto as8 = static_cast<std::uint8_t>(value);
  const auto as16 = static_cast<std::uint16_t>(value);
  const auto as32 = static_cast<std::uint32_t>(value);
  const void* from = size == 1   ? static_cast<const void*>(&as8)
                     : size == 2 ? &as16
                     : size == 4 ? &as32
                                 : static_cast<const void*>(&value);
  std::memcpy(to, from, size);
}

/// What was saved without the number that tells is taken for measured.
bool nothing_measured(const TcpInfo& info, const TcpInfoField& field) {
  if (field.sample == 0) return false;
  const auto tells = std::find_if(kTcpInfoFields.begin(), kTcpInfoFields.end(),
                                  [&](const TcpInfoField& one) { return one.offset == field.sample; });
  const bool is_there = (info.missing & missing_bit(*tells)) == 0;
  return is_there && load(info.data() + tells->offset, tells->size) == 0;
}

std::uint64_t bit_mask(const TcpInfoField& field) {
  return field.bits == 0 ? ~std::uint64_t{0} : (1U << field.bits) - 1;
}

}  // namespace

std::optional<std::uint64_t> tcp_info_value(const TcpInfo& info, const TcpInfoField& field) {
  if (info.size() < std::size_t{field.offset} + field.size || (info.missing & missing_bit(field)) != 0) {
    return std::nullopt;
  }
  const std::uint64_t raw = load(info.data() + field.offset, field.size);
  if (raw == ~std::uint64_t{0} || nothing_measured(info, field)) return std::nullopt;
  return ((raw >> field.shift) & bit_mask(field)) / field.divisor;
}

void set_tcp_info_value(std::vector<std::byte>& info, const TcpInfoField& field, std::uint64_t value) {
  const std::size_t end = std::size_t{field.offset} + field.size;
  if (info.size() < end) info.resize(end);
  std::byte* at = info.data() + field.offset;
  const std::uint64_t others = load(at, field.size) & ~(bit_mask(field) << field.shift);
  const std::uint64_t kept = field.bits == 0 ? 0 : others;
  store(at, field.size, kept | ((value * field.divisor) & bit_mask(field)) << field.shift);
}

}  // namespace tcpstat::inline model
