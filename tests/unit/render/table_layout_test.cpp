// Which columns a terminal has room for.

#include "render/table_layout.h"

#include <doctest/doctest.h>

namespace tcpstat::render {
namespace {

constexpr ColumnShape kState{.natural = 11, .shortened = 11, .least = 11};
constexpr ColumnShape kQueue{.natural = 10, .shortened = 5, .least = 5, .rank = 1};
constexpr ColumnShape kAddress{.natural = 18, .shortened = 18, .least = 18, .address = true};
constexpr ColumnShape kUser{.natural = 8, .shortened = 8, .least = 6, .rank = 3};

std::vector<Place> places(const std::vector<PlacedColumn>& placed) {
  std::vector<Place> out;
  for (const PlacedColumn& column : placed) out.push_back(column.place);
  return out;
}

TEST_CASE("with room for everything nothing gives way") {
  const ColumnShape columns[] = {kState, kQueue, kAddress, kUser};
  const auto placed = lay_out(columns, 53, SecondLine::no);
  CHECK(placed[1].width == 10);
  CHECK(placed[3].width == 8);
}

TEST_CASE("the heading of a blank column gives way first, then others, and a word only after the blank column") {
  ColumnShape blank = kQueue;
  blank.blank = true;
  const ColumnShape columns[] = {kState, kQueue, blank, kAddress, kUser};
  const auto one = lay_out(columns, 60, SecondLine::no);
  CHECK(one[1].width == 10);
  CHECK(one[2].width == 5);
  const auto both = lay_out(columns, 55, SecondLine::no);
  CHECK(both[1].width == 5);
  CHECK(both[4].width == 8);
  const auto without = lay_out(columns, 54, SecondLine::no);
  CHECK(without[1].width == 10);
  CHECK(without[2].place == Place::hidden);
  CHECK(without[4].width == 8);
  CHECK(lay_out(columns, 47, SecondLine::no)[4].width == 7);
  // What was asked for stays though it is blank, and a word is cut for it.
  const ColumnShape asked{.natural = 10, .shortened = 5, .least = 5, .rank = 0, .blank = true};
  const ColumnShape with_asked[] = {kState, asked, kAddress, kUser};
  CHECK(lay_out(with_asked, 47, SecondLine::no)[1].place == Place::line);
  CHECK(lay_out(with_asked, 47, SecondLine::no)[3].width == 7);
}

TEST_CASE("blank columns go first, then the others by rank, and what has none stays") {
  ColumnShape blank = kQueue;
  blank.blank = true;
  ColumnShape asked = kUser;
  asked.rank = 0;
  const ColumnShape columns[] = {kState, kQueue, blank, kAddress, kUser, asked};
  using enum Place;
  CHECK(places(lay_out(columns, 58, SecondLine::no)) == std::vector{line, line, hidden, line, line, line});
  CHECK(places(lay_out(columns, 47, SecondLine::no)) == std::vector{line, line, hidden, line, hidden, line});
  CHECK(places(lay_out(columns, 40, SecondLine::no)) == std::vector{line, hidden, hidden, line, hidden, line});
  CHECK(places(lay_out(columns, 20, SecondLine::no)).back() == line);
}

TEST_CASE("details go to a second line together, and what was asked for follows where even that is too little") {
  ColumnShape detail = kQueue;
  detail.rank = 0;
  detail.detail = true;
  ColumnShape asked = kUser;
  asked.rank = 0;
  const ColumnShape columns[] = {kState, kAddress, asked, detail, detail};
  using enum Place;
  CHECK(places(lay_out(columns, 65, SecondLine::yes)) == std::vector{line, line, line, line, line});
  CHECK(places(lay_out(columns, 45, SecondLine::yes)) == std::vector{line, line, line, below, below});
  CHECK(places(lay_out(columns, 30, SecondLine::yes)) == std::vector{line, line, below, below, below});
  CHECK(lay_out(columns, 30, SecondLine::yes)[1].width >= kLeastAddress);
}

TEST_CASE("a column that is kept goes to the second line where another of its rank goes for good") {
  ColumnShape kept = kQueue;
  kept.kept = true;
  const ColumnShape columns[] = {kState, kept, kAddress, kQueue};
  using enum Place;
  CHECK(places(lay_out(columns, 34, SecondLine::yes)) == std::vector{line, below, line, hidden});
  CHECK(places(lay_out(columns, 34, SecondLine::no)) == std::vector{line, hidden, line, hidden});
}

TEST_CASE("the answer stays in the line, and addresses go where even that is too little") {
  constexpr ColumnShape kAnswer{.natural = 5, .shortened = 5, .least = 5, .answer = true};
  const ColumnShape port{.natural = 5, .shortened = 5, .least = 5};
  const ColumnShape columns[] = {kState, port, kAddress, kAddress, kAnswer};
  using enum Place;
  CHECK(places(lay_out(columns, 59, SecondLine::yes)) == std::vector{line, line, line, line, line});
  CHECK(places(lay_out(columns, 52, SecondLine::yes)) == std::vector{line, below, line, line, line});
  CHECK(places(lay_out(columns, 44, SecondLine::yes)) == std::vector{line, below, line, below, line});
  CHECK(places(lay_out(columns, 30, SecondLine::yes)) == std::vector{line, below, below, below, line});
}

}  // namespace
}  // namespace tcpstat::render
