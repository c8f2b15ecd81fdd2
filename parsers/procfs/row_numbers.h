#pragma once
// The numbers that begin the rows of a table of /proc/net/tcp, which tell of rows that somebody took out. The kernel
// counts the rows of each table from 0, even if sockets come and go while it is read (net/ipv4/tcp_ipv4.c,
// tcp_seq_show() and tcp_seek_last_pos(): st->num).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcpstat::procfs {

class RowNumbers {
 public:
  /// What stands before the first row of a table.
  enum class Begin : std::uint8_t { header, nothing };

  explicit RowNumbers(Begin begin = Begin::nothing) : begin_(begin) {}

  void see(std::string_view row);
  /// At the end of a table: a sentence that rows are missing, and where; empty if the numbers show none, or are not the
  /// kernel's.
  [[nodiscard]] std::string missing() const;

 private:
  void see_first(std::uint64_t number);
  void jump(std::uint64_t to);

  Begin begin_;
  bool is_counted_ = true;  ///< numbers rise or begin again with 0: the rows are in the kernel's order
  bool begins_later_ = false;
  std::optional<std::uint64_t> last_;
  std::uint64_t jumps_ = 0;
  std::uint64_t from_ = 0;  ///< of the first jump
  std::uint64_t to_ = 0;
};

}  // namespace tcpstat::procfs
