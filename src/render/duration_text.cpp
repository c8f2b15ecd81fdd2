#include "render/duration_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tcpstat::render {

std::string duration_text(std::uint64_t ms) {
  std::array<char, 32> text{};
  // With tenths, 59,950 ms would be 60.0 s.
  const bool has_tenths = ms < 59'950;
  const std::uint64_t seconds = has_tenths ? ms / 1000 : std::max<std::uint64_t>(ms / 1000, 60);
  const auto two = [&](std::uint64_t large, char unit, std::uint64_t small, char rest) {
    std::snprintf(text.data(), text.size(), "%llu%c%02llu%c", static_cast<unsigned long long>(large), unit,
                  static_cast<unsigned long long>(small), rest);
  };
  if (has_tenths) {
    std::snprintf(text.data(), text.size(), "%.1fs", static_cast<double>(ms) / 1000);
  } else if (seconds < 3600) {
    two(seconds / 60, 'm', seconds % 60, 's');
  } else if (seconds < 86'400) {
    two(seconds / 3600, 'h', seconds / 60 % 60, 'm');
  } else {
    two(seconds / 86'400, 'd', seconds / 3600 % 24, 'h');
  }
  return text.data();
}

std::string exact_text(EventTime time) {
  const auto us = static_cast<unsigned long long>(time.count());
  if (us >= 999'950) return duration_text((us + 500) / 1000);
  std::array<char, 32> text{};
  if (us < 1000) {
    std::snprintf(text.data(), text.size(), "%lluus", us);
  } else {
    std::snprintf(text.data(), text.size(), "%.1fms", static_cast<double>(us) / 1000);
  }
  return text.data();
}

}  // namespace tcpstat::render
