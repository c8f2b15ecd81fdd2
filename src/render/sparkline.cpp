#include "render/sparkline.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace tcpstat::render {
namespace {

constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 7> kSigns = {".", ":", "-", "=", "+", "*", "#"};

}  // namespace

std::string sparkline(std::span<const std::optional<std::uint64_t>> values, Charset charset) {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t most = 0;
  for (const auto& value : values) {
    least = std::min(least, value.value_or(least));
    most = std::max(most, value.value_or(most));
  }
  // A range of at least a quarter of the least value, so that a number that hardly changes has flat bars.
  const double range = static_cast<double>(std::max(most - std::min(least, most), least / 4 + 1));
  const std::span<const std::string_view> steps =
      charset == Charset::utf8 ? std::span<const std::string_view>(kBlocks) : std::span<const std::string_view>(kSigns);
  std::string out;
  for (const auto& value : values) {
    if (!value) {
      out += ' ';
      continue;
    }
    const double share = static_cast<double>(*value - least) / range;
    out += steps[static_cast<std::size_t>(share * static_cast<double>(steps.size() - 1))];
  }
  return out;
}

}  // namespace tcpstat::render
