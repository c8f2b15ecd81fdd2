#include "base/nearest_word.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>

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

TEST_CASE("every letter too many, too few or changed counts, wherever it stands") {
  constexpr std::array<std::string_view, 3> kWords = {"table", "json", "prometheus"};
  struct Row {
    std::string_view typed;
    std::string_view meant;
  };
  constexpr Row kRows[] = {
      {"xjson", "json"},  {"xxjson", "json"}, {"xxxjson", ""},    {"jsonx", "json"},
      {"jsonxxx", ""},    {"on", ""},         {"son", "json"},    {"jxoy", ""},
      {"tabel", "table"}, {"josn", ""},       {"taxxe", ""},      {"promXXXeus", "prometheus"},
      {"proXXXXeus", ""}, {"prom", ""},       {"atble", "table"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.typed);
    CHECK(nearest_word(row.typed, kWords) == row.meant);
  }
  // Of words that are as near the first is meant.
  CHECK(nearest_word("abcd", std::array<std::string_view, 2>{"abce", "abcf"}) == "abce");
  CHECK(nearest_word("abcf", std::array<std::string_view, 2>{"abce", "abcf"}) == "abcf");
  // Nobody mistypes more than 64 letters.
  const std::string longest(64, 'a');
  const std::string near = longest.substr(1) + "b";
  const std::array<std::string_view, 1> only = {near};
  CHECK(nearest_word(longest, only) == near);
  CHECK(nearest_word(longest + "a", only).empty());
}

}  // namespace
}  // namespace tcpstat
