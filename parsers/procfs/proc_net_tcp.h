#pragma once
// One line of /proc/net/tcp or tcp6, from text: pure, knows no file (proc(5); net/ipv4/tcp_ipv4.c, tcp4_seq_show();
// net/ipv6/tcp_ipv6.c, tcp6_seq_show()).
//
//    sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer …
//     0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234  1   0000…   …
//
// An address is printed as one (tcp) or four (tcp6) 32-bit integers, each the network-order bytes read in the byte
// order of the host that wrote the file. A full socket has 17 fields, a minisocket 12.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "model/connection.h"
#include "model/flaw.h"
#include "model/listener.h"

namespace tcpstat::procfs::proc_net_tcp {

using Row = std::variant<Connection, Listener, Flaw>;

/// Bytes. The kernel fills a block until a row has no room left, so a block with room for a row was the last.
inline constexpr std::size_t kLongestRow = 256;
/// Bytes; tcp4_seq_show() fills each line with blanks up to here, and those of tcp6 are longer.
inline constexpr std::size_t kPaddedRow = 149;

/// Whether the line ended in a newline; one that did not may end in the middle of a number.
enum class LineEnd : std::uint8_t { complete, cut };

struct Format {
  std::endian byte_order = std::endian::native;
  /// Units of tm->when a second (USER_HZ); sysconf(_SC_CLK_TCK) for this host.
  std::uint32_t ticks_per_second = 100;
  /// The table is live: a read may begin again before the last rows, so their numbers do not tell whether rows are
  /// missing.
  bool is_live = false;
  /// Rows go on behind the inode, as the kernel writes them: one that ends with the inode was cut there, or within it.
  bool goes_on = false;
};

/// The table of /proc/net that a line is the header of; none: it is no header. other: tables of UDP and raw sockets,
/// with the same first columns, and those that look different altogether.
enum class Header : std::uint8_t { none, tcp, tcp6, other };
Header header_of(std::string_view line);
/// What to say if a table is not whole.
inline constexpr std::string_view kJoined =
    "rows stand in the line of the header and are left out: line ends were lost";
inline constexpr std::string_view kCut = "the text ends within its last row: rows may be missing after it";

inline constexpr std::string_view kCutHeader = "the text ends within its header: all rows are missing";

/// Whether a header that is the last line, without its newline, has all that the kernel writes of it.
bool is_whole_header(std::string_view header);
/// Whether a last line without its newline is the begin of a row: the blanks before its number ("%4d: ").
bool begins_row(std::string_view text);
/// Whether rows follow a header in its line: line ends were lost, as an unquoted variable of a shell loses them.
bool has_joined_rows(std::string_view header);
inline bool is_header(std::string_view line) { return header_of(line) != Header::none; }
/// True only if the line is surely of another state; a quick look that does not decode it.
bool shows_other_state(std::string_view line, State state);
/// Whether a last line without its newline has all that the kernel writes of such a row. If it lacks some, the row may
/// still have all that is needed here, but the file was cut, and more rows may have followed.
bool is_whole(std::string_view line, const Row& row);
/// Decodes one line without its newline. The family follows from the width of the addresses.
Row decode(std::string_view line, LineEnd end, const Format& format);

}  // namespace tcpstat::procfs::proc_net_tcp
