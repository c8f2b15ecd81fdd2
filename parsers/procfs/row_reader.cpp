#include "parsers/procfs/row_reader.h"

#include <utility>

namespace tcpstat::procfs {

using proc_net_tcp::LineEnd;
using proc_net_tcp::Row;

namespace {

std::size_t place_of_family(const Row& row) {
  const auto* connection = std::get_if<Connection>(&row);
  const auto* listener = std::get_if<Listener>(&row);
  const bool ipv6 = connection != nullptr ? connection->family == Family::ipv6
                                          : listener != nullptr && listener->family == Family::ipv6;
  return ipv6 ? 1 : 0;
}

}  // namespace

proc_net_tcp::Row RowReader::read(std::string_view line, LineEnd end) {
  Row row = proc_net_tcp::decode(line, end, format_);
  if (!format_.is_live) numbers_.see(line);
  const bool flawed = std::holds_alternative<Flaw>(row);
  last_.assign(flawed ? std::string_view{} : line);
  last_end_ = end;
  if (flawed || end == LineEnd::cut) return row;
  // The first whole row tells how they all were written; those of tcp6 are long without blanks, too.
  std::optional<bool>& padded = are_padded_.at(place_of_family(row));
  if (!padded && proc_net_tcp::is_whole(line, row)) {
    format_.goes_on = true;
    padded = line.size() >= proc_net_tcp::kPaddedRow;
  }
  return row;
}

bool RowReader::ends_cut() {
  const std::string last = std::exchange(last_, {});
  if (last.empty() || (last_end_ == LineEnd::complete && !format_.goes_on)) return false;
  const Row row = proc_net_tcp::decode(last, last_end_, format_);
  const bool padded = are_padded_.at(place_of_family(row)).value_or(false);
  return (padded && last.size() < proc_net_tcp::kPaddedRow) || !proc_net_tcp::is_whole(last, row);
}

}  // namespace tcpstat::procfs
