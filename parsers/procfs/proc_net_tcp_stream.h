#pragma once
// Blocks of text -> lines -> rows: the part that /proc/net/tcp and a saved copy of it share.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/line_splitter.h"
#include "parsers/procfs/proc_net_tcp.h"
#include "parsers/procfs/row_reader.h"
#include "parsers/source/row_delivery.h"

namespace tcpstat::procfs {

class ProcNetTcpStream {
 public:
  ProcNetTcpStream(source::RowDelivery& delivery, Origin origin, proc_net_tcp::Format format)
      : delivery_(delivery), origin_(origin), rows_(format) {}

  /// What the lines were so far.
  struct Seen {
    bool anything = false;     ///< any line that is not blank
    bool header = false;       ///< of a table of TCP sockets
    bool headless = false;     ///< a row stood before any header
    bool joined = false;       ///< rows stood in the line of a header
    bool cut_header = false;   ///< the last line was a header, and lacked columns
    bool cut = false;          ///< the last row was cut behind what is needed of it
    std::string missing;       ///< a sentence: rows are missing within a table
    std::uint64_t others = 0;  ///< rows of other tables, which are left out
    std::uint64_t rows = 0;    ///< rows that could be read
  };
  [[nodiscard]] const Seen& seen() const { return seen_; }

  /// Lines may be cut anywhere between two blocks.
  Flow feed(std::string_view block);
  /// The rest after the last newline is a line that was cut. Call it once after each file.
  Flow finish();

 private:
  void end_table();
  Flow line(std::string_view text, proc_net_tcp::LineEnd end);

  // Rows have 150 to 300 characters; a file without newlines must not fill the memory.
  static constexpr std::size_t kLongestLine = 4096;

  source::RowDelivery& delivery_;
  Origin origin_;
  RowReader rows_;
  LineSplitter lines_{kLongestLine};
  Seen seen_;
  bool in_other_table_ = false;
};

}  // namespace tcpstat::procfs
