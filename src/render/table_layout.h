#pragma once
// Which columns of a table fit into a terminal, and how wide each of them is there.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tcpstat::render {

/// What a column needs and what it can do without.
struct ColumnShape {
  std::size_t natural;    ///< width with its heading and its cells in full
  std::size_t shortened;  ///< width with its shortest heading
  std::size_t least;      ///< width with its cells cut
  /// 0: stays, because it was asked for; of the others, the highest rank goes first.
  std::uint8_t rank = 0;
  bool blank = false;    ///< nothing but zeros and unknown values
  bool address = false;  ///< can lose the middle of its cells
  bool answer = false;   ///< never leaves the line
  bool detail = false;   ///< goes to a second line together with all other details
  bool kept = false;     ///< goes to the second line, if there may be one, instead of being hidden
};

enum class Place : std::uint8_t {
  line,
  below,  ///< on a second line of its row
  hidden
};
enum class SecondLine : bool { no, yes };

struct PlacedColumn {
  std::size_t width;
  Place place = Place::line;
};

/// An address that is cut shorter tells nothing.
inline constexpr std::size_t kLeastAddress = 12;
inline constexpr std::size_t kColumnGap = 2;

/// First headings get shorter, and long addresses are cut to the width of a full IPv4 endpoint. Then blank columns go
/// that nobody asked for; then cells of words are cut; then other columns go that nobody asked for. At last addresses
/// are cut further, and columns that were asked for move to the second line, if there may be one.
std::vector<PlacedColumn> lay_out(std::span<const ColumnShape> columns, std::size_t width, SecondLine second_line);

}  // namespace tcpstat::render
