#include "base/quantity_text.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string_view>

namespace tcpstat {
namespace {

using std::chrono::milliseconds;

TEST_CASE("durations as people say them") {
  CHECK(duration_text(milliseconds(999)) == "0 s");
  CHECK(duration_text(milliseconds(119'999)) == "119 s");
  CHECK(duration_text(milliseconds(120'000)) == "2 min");
  CHECK(duration_text(milliseconds(7'199'999)) == "119 min");
  CHECK(duration_text(milliseconds(7'200'000)) == "2 h");
  CHECK(duration_text(milliseconds(172'800'000)) == "2 d");
}

TEST_CASE("tenths are told below ten, where there are any") {
  struct Row {
    std::uint64_t tenths;
    std::string_view text;
  };
  for (const Row& row : {Row{0, "0"}, Row{1, "0.1"}, Row{9, "0.9"}, Row{10, "1"}, Row{38, "3.8"}, Row{99, "9.9"},
                         Row{100, "10"}, Row{128, "12"}}) {
    CHECK(tenths_text(row.tenths) == row.text);
  }
}

TEST_CASE("numbers come with their noun") {
  CHECK(counted(0, "connection") == "0 connections");
  CHECK(counted(1, "connection") == "1 connection");
  CHECK(counted(12, "connection") == "12 connections");
}

}  // namespace
}  // namespace tcpstat
