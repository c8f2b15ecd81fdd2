#pragma once
// What a check remembers from run to run, as the text of its state file. The text may have been written by anybody.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "detect/syn_baseline.h"

namespace tcpstat::check {

struct RunMemory {
  detect::SynBaseline baseline;
  /// Connections in CLOSE_WAIT, the oldest run first.
  std::vector<std::uint64_t> close_waits;
  /// Between the last two runs.
  std::optional<std::chrono::milliseconds> spacing;
  /// The filter as typed; nothing in files of earlier versions.
  std::optional<std::string> filter_words = {};

  static constexpr std::size_t kMostCloseWaits = 16;
};

/// One JSON document and a line feed.
std::string memory_text(const RunMemory& memory);
/// Whether the text is what a check left, of whatever version, or what damage left of that: an object that names the
/// format, or a beginning of one.
bool begins_like_memory(std::string_view text);
/// What was remembered, or why the text cannot be used, in words that complete "the state file …".
tl::expected<RunMemory, std::string> memory_from(std::string_view text);

}  // namespace tcpstat::check
