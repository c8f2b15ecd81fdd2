// The small parts of base: errors, points in time, the nearest word.

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <ostream>

#include "base/error.h"
#include "base/nearest_word.h"
#include "base/timestamp.h"

namespace tcpstat {
namespace {

TEST_CASE("an error is one sentence: what, why, what next") {
  CHECK(Error{"open /proc/net/tcp", EACCES, "try sudo"}.sentence() ==
        "cannot open /proc/net/tcp: Permission denied (try sudo)");
  CHECK(Error{"open /proc/net/tcp", ENOENT}.sentence() == "cannot open /proc/net/tcp: No such file or directory");
  CHECK(Error{"read x", 0, "", "this is no format that tcpstat knows"}.sentence() ==
        "cannot read x: this is no format that tcpstat knows");
  CHECK(Error{"read x", 0}.sentence() == "cannot read x");
}

TEST_CASE("points in time are RFC 3339 in UTC with milliseconds") {
  CHECK(timestamp({0, 0}) == "1970-01-01T00:00:00.000Z");
  CHECK(timestamp({951'827'696, 999'999'999}) == "2000-02-29T12:34:56.999Z");
  CHECK(timestamp({4'102'444'799, 1'000'000}) == "2099-12-31T23:59:59.001Z");
}

TEST_CASE("the nearest word is a likely slip or nothing") {
  constexpr std::array<std::string_view, 5> kWords = {"ESTABLISHED", "SYN_RECV", "half-open", "json", "csv"};
  struct Row {
    std::string_view typed;
    std::string_view meant;
  };
  constexpr Row kRows[] = {
      {"SYN_RECY", "SYN_RECV"},
      {"syn-recv", "SYN_RECV"},
      {"ESTABLISED", "ESTABLISHED"},
      {"half_opne", "half-open"},
      {"jsn", "json"},
      {"cvs", ""},
      {"xml", ""},
      {"", ""},
      {"c", ""},
      {"HALF_OPEN", "half-open"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.typed);
    CHECK(nearest_word(row.typed, kWords) == row.meant);
  }
  CHECK(nearest_word(std::string(100'000, 'x'), kWords).empty());
  CHECK(nearest_word("json", {}).empty());
}

}  // namespace
}  // namespace tcpstat
