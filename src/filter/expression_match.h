#pragma once
// A tree as a list of steps, made to be asked for every row: no recursion, cheap tests first, and the usual tests in a
// few instructions.

#include <cstdint>
#include <vector>

#include "filter/expression.h"

namespace tcpstat::filter {

/// A row of either kind, as tests see it.
struct RowView;

/// Whether a tree is known to be `wanted`: yes or no. For a tree of `and`, `or` and `not` this asks each test one
/// question: whether it is known to hold, or known not to hold.
class Matcher {
 public:
  explicit Matcher(Expression tree, Truth wanted = Truth::yes);

  [[nodiscard]] bool matches(const Connection& row, Names& names, Ends ends) const;
  [[nodiscard]] bool matches(const Listener& row, Names& names) const;
  /// Whether it would match if what the row does not tell, and others of its kind do, were as wanted.
  [[nodiscard]] bool could_match(const Connection& row, Names& names) const;
  [[nodiscard]] bool could_match(const Listener& row, Names& names) const;

 private:
  enum class Kind : std::uint8_t { port, ipv4_prefix, states, flag, device, number, other };
  using Target = std::uint32_t;  ///< the next step, or an answer
  static constexpr Target kYes = UINT32_MAX;
  static constexpr Target kNo = UINT32_MAX - 1;

  struct Step {
    Kind kind = Kind::other;
    Side side = Side::local;
    Truth wanted = Truth::yes;
    std::uint16_t first = 0;    ///< port
    std::uint16_t further = 0;  ///< ports behind it
    std::uint32_t network = 0;  ///< as in a packet
    std::uint32_t mask = 0;
    StateSet states = {};
    RowFlag flag = {};
    bool unbound = false;  ///< device: the test asks for sockets that are bound to none
    const Test* test = nullptr;
    Target found = kYes;
    Target missed = kNo;
  };

  static Step step_of(const Test& test, Truth wanted);
  /// Adds the steps of `part`; those that come after it are there already. Returns its first step, or `found` or
  /// `missed` if nothing has to be asked.
  Target add(const Expression& part, Truth wanted, Target found, Target missed);
  template <typename Found>
  [[nodiscard]] bool walk(const Found& found) const;
  [[nodiscard]] bool run(const RowView& row) const;
  template <typename Row>
  [[nodiscard]] bool walk_untold(const RowView& view, const Row& row) const;

  Expression tree_;  ///< the steps point to its tests
  std::vector<Step> steps_;
  bool has_prefixes_ = false;
  Target begin_;
};

}  // namespace tcpstat::filter
