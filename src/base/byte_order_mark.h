#pragma once
// The byte order mark that editors and shells of Windows put before UTF-8 text. It is not part of the first line.

#include <string_view>

namespace tcpstat::inline base {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Takes it from any line, because files that were joined have one before the first line of each.
constexpr std::string_view without_byte_order_mark(std::string_view line) {
  return line.starts_with(kByteOrderMark) ? line.substr(kByteOrderMark.size()) : line;
}

}  // namespace tcpstat::inline base
