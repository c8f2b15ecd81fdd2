#pragma once
// Filters as they are typed, and what they say of rows.

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "filter/expression.h"
#include "filter/expression_parser.h"
#include "support/rows.h"

namespace tcpstat {

namespace filter {
inline std::ostream& operator<<(std::ostream& out, const Expression& tree) { return out << to_string(tree); }
inline std::ostream& operator<<(std::ostream& out, Truth truth) { return out << static_cast<int>(truth); }
}  // namespace filter

namespace test {

/// The tree of a text that is a filter.
inline filter::Expression parsed(std::string_view text, const filter::ExpressionWords& words = {}) {
  const auto result = filter::parse_expression(text, words);
  CAPTURE(text);
  REQUIRE(result);
  return result->expression;
}

/// Why a text is none: `PLACE: PROBLEM (REMEDY)`.
inline std::string refused(std::string_view text, const filter::ExpressionWords& words = {}) {
  const auto result = filter::parse_expression(text, words);
  CAPTURE(text);
  REQUIRE_FALSE(result);
  const filter::ExpressionError& error = result.error();
  return std::to_string(error.place) + ": " + error.problem + (error.remedy.empty() ? "" : " (" + error.remedy + ")");
}

/// One of each kind of name.
class OneUser final : public Names {
 public:
  std::string_view user(std::uint32_t uid) override { return uid == 1000 ? "alice" : ""; }
  std::string_view interface(std::uint32_t index) override { return index == 7 ? "v0" : ""; }
  std::string_view cgroup(std::uint64_t id) override { return id == 9 ? "/system.slice/ssh.service" : ""; }
  std::string_view netns(std::uint64_t inode) override { return inode == 6 ? "web" : ""; }
  const CgroupPlace* place_of_process(std::uint32_t pid) override { return pid == 812 ? &nginx : nullptr; }
  const CgroupPlace* place_of_cgroup(std::uint64_t id) override { return id == 9 ? &ssh : nullptr; }

  CgroupPlace nginx{"nginx.service", std::string(64, 'c'), "8e1f"};
  CgroupPlace ssh{"ssh.service", "", ""};
};

inline filter::Truth said(std::string_view text, const Connection& row, filter::Ends ends = filter::Ends::of_row) {
  OneUser names;
  return evaluate(parsed(text), row, names, ends);
}
inline filter::Truth said(std::string_view text, const Listener& row) {
  OneUser names;
  return evaluate(parsed(text), row, names);
}

}  // namespace test
}  // namespace tcpstat
