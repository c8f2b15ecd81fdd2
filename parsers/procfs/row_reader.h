#pragma once
// The rows of a table of /proc/net/tcp one after the other, and whether the last one is whole: who saves a part of a table
// may cut it anywhere, and put a newline behind it.

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

  /// A header stands here.
  void begin_table() { numbers_ = RowNumbers(RowNumbers::Begin::header); }
  proc_net_tcp::Row read(std::string_view line, proc_net_tcp::LineEnd end);
  /// Where no row of the table follows: whether the last one lacks some of what the kernel writes, though nothing that is
  /// needed of it. Rows that stood behind it may be missing. A row that lacks more is a flaw.
  bool ends_cut();
  /// There as well: says that rows are missing within the table; empty if none are known to be.
  std::string take_missing() { return std::exchange(numbers_, RowNumbers()).missing(); }

 private:
  proc_net_tcp::Format format_;
  RowNumbers numbers_;
  /// By family: nobody took the blanks behind the rows away. Nothing before a whole row.
  std::array<std::optional<bool>, 2> are_padded_{};
  std::string last_;  ///< empty after a flaw
  proc_net_tcp::LineEnd last_end_ = proc_net_tcp::LineEnd::complete;
};

}  // namespace tcpstat::procfs
