#include "render/cell_text.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::render {
namespace {

const Endpoint kLocal = test::endpoint("192.0.2.1", 443);
const Endpoint kRemote = test::endpoint("2001:db8::7", 40000);

template <typename Row>
std::string text(std::string_view column, const Row& row, const CellStyle& style = {}) {
  test::TableNames names;
  names.users = {{0, "root"}};
  names.interfaces = {{5, "eth0"}};
  names.cgroups = {{77, "/a\nb"}};
  const Column* found = find_column(column);
  REQUIRE(found != nullptr);
  TextBuffer out;
  append_cell(out, cell_of(*found, row, names), style);
  return std::string(out.view());
}

TEST_CASE("the table shows a timer with seconds and retransmits") {
  struct Row {
    TimerKind kind;
    std::optional<std::uint32_t> ms;
    std::optional<std::uint32_t> retransmits;
    std::string_view text;
  };
  constexpr Row kRows[] = {
      {TimerKind::none, std::nullopt, 3, "none"},
      {TimerKind::retransmit, 200, 3, "retransmit/0.20/3"},
      {TimerKind::keepalive, 7'199'999, 0, "keepalive/7199.99/0"},
      {TimerKind::probe, 9, 1, "probe/0.00/1"},
      {TimerKind::probe, std::nullopt, 1, "probe"},
      {TimerKind::retransmit, 1000, std::nullopt, "retransmit/1.00/-"},
      {TimerKind::time_wait, UINT32_MAX, 0, "time_wait/4294967.29/0"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    Connection connection = test::connection(State::established, kLocal, kRemote);
    connection.timer = row.kind;
    connection.timer_ms = row.ms;
    connection.retransmits = row.retransmits;
    CHECK(text("TIMER", connection, {.timer_details = true}) == row.text);
    CHECK(text("TIMER", connection) == name(row.kind));
  }
}

TEST_CASE("owners are named once a process, and cut to the first where room is short") {
  const std::vector<Owner> owners = {{1, 3, "a"}, {1, 4, "a"}, {2, 3, "b)|\t"}, {3, 3, "\xFF"}};
  Connection row = test::connection(State::established, kLocal, kRemote);
  row.owners = owners;
  CHECK(text("PID", row) == "1,2,3");
  CHECK(text("PROCESS", row) == "a(1),b)|\\x09(2),\\xff(3)");
  CHECK(text("PID", row, {.first_owner_only = true}) == "1+2");
  CHECK(text("PROCESS", row, {.first_owner_only = true}) == "a(1)+2");
}

TEST_CASE("a cell says how many terminal columns it takes") {
  const auto width = [](const Cell& cell) {
    TextBuffer out;
    return append_cell(out, cell, {});
  };
  CHECK(width({}) == 1);
  CHECK(width({.kind = Cell::Kind::number, .number = 1234}) == 4);
  CHECK(width({.kind = Cell::Kind::foreign, .text = "\xC3\xA4"}) == 1);
  CHECK(width({.kind = Cell::Kind::foreign, .text = "\x1B"}) == 4);  // \x1b
}

}  // namespace
}  // namespace tcpstat::render
