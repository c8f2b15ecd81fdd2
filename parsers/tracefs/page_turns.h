#pragma once
// Reads the buffers of all processors a page at a time, in turns, so that none is left far behind the others.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"

namespace tcpstat::tracefs {

/// `read_page(i)` takes a page of processor `i` and says the time of its last record, or nothing where its buffer is
/// empty. `is_enough()` is asked after each turn. Returns up to which time nothing is left in the buffers: UINT64_MAX if
/// all are empty. The records of one processor come in the order of their times.
template <typename ReadPage, typename IsEnough>
Expected<std::uint64_t> read_in_turns(std::size_t processors, ReadPage read_page, IsEnough is_enough) {
  std::vector<std::optional<std::uint64_t>> last(processors, 0);
  const auto is_empty = [](const std::optional<std::uint64_t>& time) { return !time; };
  do {
    for (std::size_t at = 0; at < processors; ++at) {
      if (is_empty(last[at])) continue;
      Expected<std::optional<std::uint64_t>> page = read_page(at);
      if (!page) return tl::make_unexpected(page.error());
      last[at] = *page;
    }
  } while (!std::all_of(last.begin(), last.end(), is_empty) && !is_enough());
  std::uint64_t until = UINT64_MAX;
  for (const auto& time : last) until = std::min(until, time.value_or(UINT64_MAX));
  return until;
}

}  // namespace tcpstat::tracefs
