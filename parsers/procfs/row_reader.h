#pragma once
// The rows of a table of /proc/net/tcp one after the other, and whether the last one is whole: a part of a table that
// was saved may end anywhere, with a newline behind it.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "parsers/procfs/proc_net_tcp.h"
#include "parsers/procfs/row_numbers.h"

namespace tcpstat::procfs {

class RowReader {
 public:
  explicit RowReader(proc_net_tcp::Format format) : format_(format) {}

  /// Tells that a header was read.
  void begin_table() { numbers_ = RowNumbers(RowNumbers::Begin::header); }
  proc_net_tcp::Row read(std::string_view line, proc_net_tcp::LineEnd end);
  /// At the end of a table: whether its last row lacks some of what the kernel writes, though nothing that is needed of
  /// it. Then rows behind it may be missing. A row that lacks more is a flaw.
  bool ends_cut();
  /// At the end as well: a sentence that rows are missing within the table; empty if none are known to be.
  std::string take_missing() { return std::exchange(numbers_, RowNumbers()).missing(); }

 private:
  proc_net_tcp::Format format_;
  RowNumbers numbers_;
  /// By family: whether the blanks with which the kernel fills its rows are still there. Nothing before a whole row.
  std::array<std::optional<bool>, 2> are_padded_{};
  std::string last_;  ///< empty after a flaw
  proc_net_tcp::LineEnd last_end_ = proc_net_tcp::LineEnd::complete;
};

}  // namespace tcpstat::procfs
