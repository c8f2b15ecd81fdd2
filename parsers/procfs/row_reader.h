#pragma once
// The rows of a table of /proc/net/tcp one after the other, and whether the last one is whole: who saves a part of a table
// may cut it anywhere, and put a newline behind it.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/procfs/proc_net_tcp.h"

namespace tcpstat::procfs {

class RowReader {
 public:
  explicit RowReader(proc_net_tcp::Format format) : format_(format) {}

  proc_net_tcp::Row read(std::string_view line, proc_net_tcp::LineEnd end);
  /// Where no row of the table follows: whether the last one lacks some of what the kernel writes, though nothing that is
  /// needed of it. Rows that stood behind it may be missing. A row that lacks more is a flaw.
  bool ends_cut();

 private:
  proc_net_tcp::Format format_;
  /// By family: nobody took the blanks behind the rows away. Nothing before a whole row.
  std::array<std::optional<bool>, 2> are_padded_{};
  std::string last_;  ///< empty after a flaw
  proc_net_tcp::LineEnd last_end_ = proc_net_tcp::LineEnd::complete;
};

}  // namespace tcpstat::procfs
