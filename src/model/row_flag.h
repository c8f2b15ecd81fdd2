#pragma once
// What can be unusual about one row, by name.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tcpstat::inline model {

enum class RowFlag : std::uint8_t {
#define ROW_FLAG(flag, name, meaning) flag,
#include "model/row_flags.def"
#undef ROW_FLAG
};

struct RowFlagInfo {
  RowFlag flag;
  std::string_view name;
  std::string_view meaning;
};

inline constexpr auto kRowFlags = std::to_array<RowFlagInfo>({
#define ROW_FLAG(flag, name, meaning) {RowFlag::flag, name, meaning},
#include "model/row_flags.def"
#undef ROW_FLAG
});

/// "client-retry"
constexpr std::string_view name(RowFlag flag) { return kRowFlags[static_cast<std::size_t>(flag)].name; }

/// The flag with this name; nothing for an unknown one.
constexpr std::optional<RowFlag> row_flag_from_name(std::string_view word) {
  for (const RowFlagInfo& info : kRowFlags) {
    if (info.name == word) return info.flag;
  }
  return std::nullopt;
}

/// A set of flags; a row may have several.
class RowFlags {
 public:
  constexpr RowFlags() = default;

  constexpr void add(RowFlag flag) { mask_ = static_cast<std::uint16_t>(mask_ | bit(flag)); }
  constexpr void add(RowFlags other) { mask_ = static_cast<std::uint16_t>(mask_ | other.mask_); }
  [[nodiscard]] constexpr bool has(RowFlag flag) const { return (mask_ & bit(flag)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return mask_ == 0; }

  friend constexpr bool operator==(RowFlags, RowFlags) = default;

 private:
  static constexpr unsigned bit(RowFlag flag) { return 1U << static_cast<unsigned>(flag); }

  std::uint16_t mask_ = 0;
};
static_assert(kRowFlags.size() <= 16);

}  // namespace tcpstat::inline model
