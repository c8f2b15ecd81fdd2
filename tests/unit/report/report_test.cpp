#include "report/report.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

Report of_all() {
  Report report;
  report.selected = StateSet::all();
  return report;
}

TEST_CASE("states that were asked for and can be shown are seen") {
  Report report = of_all();
  report.selected = {State::listen, State::close};
  report.coverage.visible = StateSet::all() - StateSet{State::close};
  CHECK(report.seen() == StateSet{State::listen});
  CHECK(report.counted() == StateSet{State::listen});
}

TEST_CASE("one family is enough, and without any nothing is seen") {
  Report report = of_all();
  report.ipv6 = false;
  CHECK(report.seen() == StateSet::all());
  report.ipv4 = false;
  CHECK(report.seen() == StateSet{});
  CHECK(report.counted() == StateSet{});
}

TEST_CASE("a source that fails before its first row has seen nothing") {
  Report report = of_all();
  report.coverage.complete = false;
  CHECK(report.seen() == StateSet{});
  report.coverage.rows_read = 1;
  CHECK(report.seen() == StateSet::all());
}

TEST_CASE("a chosen part of the rows counts nothing, unless somebody counted all") {
  Report report = of_all();
  report.coverage.chosen_part = true;
  CHECK(report.seen() == StateSet::all());
  CHECK(report.counted() == StateSet{});
  report.coverage.counted.emplace();
  CHECK(report.counted() == StateSet::all());
}

TEST_CASE("differences of two sources are no counts") {
  Report report = of_all();
  report.counted_rows = Counted::differences;
  CHECK(report.counted() == StateSet{});
}

}  // namespace
}  // namespace tcpstat
