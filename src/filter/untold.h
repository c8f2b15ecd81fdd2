#pragma once
// What a filter asks of rows that do not tell it: a file may have been saved without tcp_info, and a kernel may be too
// old for a number. Such a row does not match, and it is not known that it does not.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filter/filter.h"
#include "model/connection.h"
#include "model/listener.h"

namespace tcpstat::filter {

/// Whether a row tells what a test asks for.
enum class Told : std::uint8_t {
  yes,
  no,     ///< others of its kind tell it
  never,  ///< none of its kind has it, such as a round-trip time of TIME_WAIT
};
Told told_by(const Test& test, const Connection& row, Names& names);
Told told_by(const Test& test, const Listener& row, Names& names);
/// Whether all owners are known, so that no other process holds the socket.
bool all_owners_known(const Socket& row);
/// False if the row cannot tell whether the socket is bound to a device.
bool device_known(const Socket& row);

/// Follows which rows could match if they told everything.
class Untold {
 public:
  /// Of live rows owners are left out: whoever looks for them knows what was not found.
  enum class Rows : std::uint8_t { live, saved };

  /// Borrows the filter.
  Untold(const Filter& filter, Rows rows);

  /// A row that the filter matches, or not.
  void see(const Connection& row, bool matches) { see_row(row, matches); }
  void see(const Listener& row, bool matches) { see_row(row, matches); }

  /// Whether the filter asks for anything that a row may not tell.
  [[nodiscard]] bool asks() const { return !facts_.empty(); }
  /// Rows that do not match, and might if they told more.
  [[nodiscard]] std::uint64_t undecided() const { return undecided_; }
  /// What they do not tell, in lower case: what no row tells, or else the first of all.
  [[nodiscard]] std::string word() const;
  /// Whether not one row tells it.
  [[nodiscard]] bool none_tells() const;
  /// The options of a list that save it, each behind a blank: " -i".
  [[nodiscard]] std::string options_that_save() const;

 private:
  struct Fact {
    Test test;
    bool told = false;
    bool lacking = false;  ///< in a row that is undecided
  };

  template <typename Row>
  void see_row(const Row& row, bool matches);
  void add_tests(const Expression& expression);
  [[nodiscard]] bool may_lack(const Test& test) const;
  [[nodiscard]] const Fact* worst() const;

  const Filter& filter_;
  Rows rows_;
  std::vector<Fact> facts_;
  std::uint64_t undecided_ = 0;
};

}  // namespace tcpstat::filter
