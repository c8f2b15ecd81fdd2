#pragma once
// The mark that editors and shells of Windows put before text in UTF-8. It says nothing of UTF-8 and is no part of a line.

#include <string_view>

namespace tcpstat::inline base {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Files that were joined have it before the first line of each.
constexpr std::string_view without_byte_order_mark(std::string_view line) {
  return line.starts_with(kByteOrderMark) ? line.substr(kByteOrderMark.size()) : line;
}

}  // namespace tcpstat::inline base
