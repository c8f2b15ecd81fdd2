#include "base/nearest_word.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>

namespace tcpstat {
namespace {

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
      {"hlaf-open", "half-open"},
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
