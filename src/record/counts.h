#pragma once
// The counts of a sample: numbers by name, as a table, so that a week of them is small and quick to read.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "record/cell_table.h"

namespace tcpstat::record {

/// The columns of such a table: what was counted, how much, and a text about it.
std::vector<TableColumn> count_columns();
inline constexpr std::size_t kCountName = 0;
inline constexpr std::size_t kCountValue = 1;
inline constexpr std::size_t kCountText = 2;

class CountsPacker {
 public:
  /// `kind` is a word without `/`: "state/ipv4", "listener/half_open"; `name` may be anything. Unknown values are left
  /// out. A name that comes again is one more row.
  void add(std::string_view kind, std::string_view name, std::optional<std::uint64_t> value,
           std::string_view text = {});
  [[nodiscard]] TableSample take() { return std::move(sample_); }

 private:
  TableSample sample_;
};

}  // namespace tcpstat::record
