#pragma once
// A filter as a tree of tests, and whether a row matches it. A test of something that is not known is unknown: that is
// not true, and neither is its negation.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "filter/port_range.h"
#include "filter/prefix_set.h"
#include "model/address.h"
#include "model/column.h"
#include "model/column_needs.h"
#include "model/connection.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/state.h"

namespace tcpstat::filter {

/// Ordered, so that `and` is the least of its parts and `or` the greatest.
enum class Truth : std::int8_t { no = -1, unknown = 0, yes = 1 };

constexpr Truth truth_of(bool value) { return value ? Truth::yes : Truth::no; }
constexpr Truth operator!(Truth value) { return static_cast<Truth>(-static_cast<int>(value)); }

enum class Side : std::uint8_t { local, remote };
/// How a number is compared with a limit; "not equal" is the negation of `equal`.
enum class Comparison : std::uint8_t { equal, less, at_most, greater, at_least };
/// `=`, `<`, …
std::string_view name(Comparison comparison);

struct StateTest {
  StateSet states;
  friend bool operator==(const StateTest&, const StateTest&) = default;
};
/// The address family of the socket: v4-mapped rows are ipv6.
struct FamilyTest {
  Family family = Family::ipv4;
  friend bool operator==(const FamilyTest&, const FamilyTest&) = default;
};
/// Addresses compare by value: an IPv4 prefix contains v4-mapped addresses too, an IPv6 prefix sees their 128 bits. The
/// remote end of LISTEN and CLOSE counts as known: the wildcard and port 0, as in ss.
struct AddressTest {
  Side side = Side::local;
  Prefix prefix;
  friend bool operator==(const AddressTest&, const AddressTest&) = default;
};
/// The same with many prefixes, which came from a file.
struct AddressSetTest {
  Side side = Side::local;
  std::string file;
  std::shared_ptr<const PrefixSet> prefixes;
  friend bool operator==(const AddressSetTest& a, const AddressSetTest& b) {
    return a.side == b.side && a.file == b.file;
  }
};
struct PortTest {
  Side side = Side::local;
  PortRange range;
  friend bool operator==(const PortTest&, const PortTest&) = default;
};
/// The device that the socket is bound to.
struct DeviceTest {
  std::string name;         ///< empty: by index
  std::uint32_t index = 0;  ///< 0: bound to none; beside a name such as "if7": its index if no device has that name
  friend bool operator==(const DeviceTest&, const DeviceTest&) = default;
};
struct MarkTest {
  std::uint32_t value = 0;
  std::uint32_t mask = UINT32_MAX;
  friend bool operator==(const MarkTest&, const MarkTest&) = default;
};
/// A number that a column holds.
struct NumberTest {
  const Column* column = nullptr;
  Comparison comparison = Comparison::equal;
  std::uint64_t value = 0;
  friend bool operator==(const NumberTest&, const NumberTest&) = default;
};
/// A word that a column holds; in FLAGS one of the list, in PROCESS the name of any owner.
struct WordTest {
  const Column* column = nullptr;
  std::string word;
  friend bool operator==(const WordTest&, const WordTest&) = default;
};
struct PidTest {
  std::uint32_t pid = 0;
  friend bool operator==(const PidTest&, const PidTest&) = default;
};
/// Whether the kernel chose the local port, from its range for that.
struct AutoboundTest {
  friend bool operator==(const AutoboundTest&, const AutoboundTest&) = default;
};
/// Whether the column has a value.
struct KnownTest {
  const Column* column = nullptr;
  friend bool operator==(const KnownTest&, const KnownTest&) = default;
};

using Test = std::variant<StateTest, FamilyTest, AddressTest, AddressSetTest, PortTest, DeviceTest, MarkTest,
                          NumberTest, WordTest, PidTest, AutoboundTest, KnownTest>;

class Expression {
 public:
  enum class Kind : std::uint8_t { test, all_of, any_of, negation };

  /// Matches everything: `all_of` nothing.
  Expression() = default;
  Expression(const Test& test);  // NOLINT(google-explicit-constructor)

  /// Parts of the same kind are merged, and a single part is returned as it is, so that a tree equals its parsed text.
  static Expression all_of(std::vector<Expression> parts) { return joined(Kind::all_of, std::move(parts)); }
  static Expression any_of(std::vector<Expression> parts) { return joined(Kind::any_of, std::move(parts)); }
  static Expression negation(Expression part);
  static Expression everything() { return {}; }
  static Expression nothing() { return negation(everything()); }

  [[nodiscard]] Kind kind() const { return kind_; }
  /// Only for the kind `test`.
  [[nodiscard]] const Test& test() const { return *test_; }
  [[nodiscard]] const std::vector<Expression>& parts() const { return parts_; }

  friend bool operator==(const Expression& a, const Expression& b);

 private:
  static Expression joined(Kind kind, std::vector<Expression> parts);

  Kind kind_ = Kind::all_of;
  std::shared_ptr<const Test> test_;
  std::vector<Expression> parts_;
};

/// Which ends of a row are known. The record of a transition may lack some; for a closed socket it has the remote end
/// that the socket had.
enum class Ends : std::uint8_t {
  of_row,         ///< both; the remote one of CLOSE is the known wildcard
  of_transition,  ///< both; a local port 0 is not chosen yet
  remote_unknown  ///< as of_transition, but without the remote one
};

/// Whether a row matches. If the expression asks for owners, they must have been looked for.
Truth evaluate(const Expression& expression, const Connection& row, Names& names, Ends ends = Ends::of_row);
Truth evaluate(const Expression& expression, const Listener& row, Names& names);

/// The expression as one would type it; it parses back to the same tree (filter/expression_parser.h).
std::string to_string(const Expression& expression);

/// What has to be read before it can be evaluated.
struct ExpressionNeeds {
  ColumnNeeds columns = {};  ///< needs of the tested columns; netlink_word has what /proc does not tell
  bool states = false;       ///< it names states, so that it decides which are read
  bool autobound = false;    ///< it tests `autobound`, which takes one more dump
  bool marks = false;        ///< it tests marks, which the kernel does not tell everybody
  /// Devices and control groups that it names: one that does not exist is a mistake of the user, not an empty answer.
  std::vector<std::string> devices = {};
  std::vector<std::string> cgroups = {};
  /// A test that /proc cannot answer, as a word; empty: none.
  std::string_view netlink_word;
  /// A test of what a transition does not carry, as a word; empty: none.
  std::string_view row_word;

  [[nodiscard]] bool owners() const { return columns.owners != OwnersNeed::none; }
};
ExpressionNeeds needs_of(const Expression& expression);

/// The states in which a row may match.
StateSet possible_states(const Expression& expression);

}  // namespace tcpstat::filter
