#include "parsers/procfs/row_reader.h"

#include <utility>

namespace tcpstat::procfs {

using proc_net_tcp::LineEnd;
using proc_net_tcp::Row;

proc_net_tcp::Row RowReader::read(std::string_view line, LineEnd end) {
  Row row = proc_net_tcp::decode(line, end, format_);
  const bool flawed = std::holds_alternative<Flaw>(row);
  last_.assign(flawed ? std::string_view{} : line);
  last_end_ = end;
  // The first whole row tells how they all were written.
  if (!flawed && !format_.goes_on && end == LineEnd::complete && proc_net_tcp::is_whole(line, row)) {
    format_.goes_on = true;
    is_padded_ = line.size() >= proc_net_tcp::kPaddedRow;
  }
  return row;
}

bool RowReader::ends_cut() {
  const std::string last = std::exchange(last_, {});
  if (last.empty() || (last_end_ == LineEnd::complete && !format_.goes_on)) return false;
  if (is_padded_ && last.size() < proc_net_tcp::kPaddedRow) return true;
  return !proc_net_tcp::is_whole(last, proc_net_tcp::decode(last, last_end_, format_));
}

}  // namespace tcpstat::procfs
