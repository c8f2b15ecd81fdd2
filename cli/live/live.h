#pragma once
// The live view from its first sample to the key that ends it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "screen/live_data.h"
#include "screen/live_view.h"

namespace tcpstat::cli::live {

/// The samples of a record, if these are shown.
struct Replay {
  std::function<bool(std::ptrdiff_t)> step;  ///< goes this many samples forward or back; false if there is none
  std::function<std::string()> place;        ///< "sample 3 of 360"

  [[nodiscard]] explicit operator bool() const { return step != nullptr; }
};

struct LivePlan {
  Host& host;
  int out = 1;  ///< a terminal
  filter::Filter filter;
  std::vector<survey::SortKey> sort = {};
  std::chrono::milliseconds interval{1000};
  std::optional<std::uint64_t> count = {};  ///< of samples; nothing: until it is ended
  render::Colour colour = render::Colour::no;
  screen::Manner manner = {};
  screen::ReadFilter read_filter;
  screen::ResolveHosts resolve;
  Replay replay = {};  ///< of `host`; its samples come one after the other, each shown for `interval`
};

/// What is left to say when the terminal has been given back.
struct LiveEnd {
  std::uint64_t samples = 0;
  std::uint64_t failed = 0;
  std::uint64_t partial = 0;
  int write_error = 0;
  Report reading;       ///< of the last sample
  std::string summary;  ///< one line, safe to print
  std::vector<std::string> copied;
};

LiveEnd run_live(LivePlan plan);

}  // namespace tcpstat::cli::live
