#pragma once
// Small texts of the screen: what others chose made safe, times and bars in characters that the terminal has.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity_text.h"
#include "render/escape.h"

namespace tcpstat::screen {

using render::Charset;

/// Text of others, escaped; our own words within it in characters of `charset`.
std::string safe(std::string_view text, Charset charset);
/// "1s", "0.5s".
std::string interval_text(std::chrono::milliseconds interval);
/// `columns` wide, as full as `value` of `most`.
std::string bar(std::uint64_t value, std::uint64_t most, std::size_t columns, Charset charset);
/// `text` in lines of at most `width` columns; lines that continue a label ("why  ") are indented as far.
std::vector<std::string> lines_of(std::string_view text, std::size_t width);

}  // namespace tcpstat::screen
