#pragma once
// Prose in lines of limited width.

#include <string>
#include <string_view>

namespace tcpstat::inline base {

/// `text` in lines of at most `width` columns, each ended by a newline: the first begins with `first`, the others with
/// as many spaces as `first` has columns. Breaks at spaces, and between Han characters and what stands beside them; a
/// longer word stands alone. A command (`sysctl -w NAME=VALUE`) stays on one line if it fits into one, so that it can be
/// copied. A newline in `text` is kept.
std::string wrapped(std::string_view first, std::string_view text, std::size_t width = 78);

}  // namespace tcpstat::inline base
