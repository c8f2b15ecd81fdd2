#include "report/of_namespace.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::inline report {
namespace {

OfNamespace<CheckReport> judged(std::string name, Severity status, std::uint64_t rows) {
  OfNamespace<CheckReport> one{name.size(), std::move(name), {}};
  one.report.status = status;
  one.report.headline = "said";
  one.report.reading.facts.netns = one.inode;
  one.report.reading.coverage.rows_read = rows;
  return one;
}

TEST_CASE("the envelope of several has nothing that is of one alone") {
  Report one;
  one.facts.version = "1";
  one.facts.netns = 7;
  one.coverage.rows_read = 3;
  one.tally.add(State::established, Family::ipv4);
  const Report all = envelope_of(one);
  CHECK(all.facts.version == "1");
  CHECK_FALSE(all.facts.netns);
  CHECK(all.coverage.rows_read == 0);
  CHECK(all.tally.total() == 0);
}

TEST_CASE("rows add up, the worst status stays, and each namespace has its verdict") {
  CheckReport all;
  auto web = judged("web", Severity::warning, 5);
  auto data = judged("data", Severity::ok, 7);
  add_verdict(all, web);
  add_verdict(all, data);
  CHECK(all.status == Severity::warning);
  CHECK(all.reading.coverage.rows_read == 12);
  REQUIRE(all.namespaces.size() == 2);
  CHECK(all.namespaces[1].name == "data");
  CHECK(all.namespaces[1].status == Severity::ok);
  REQUIRE(all.reading.coverage.namespaces.size() == 2);
  CHECK(all.reading.coverage.namespaces[0].rows == 5);
}

TEST_CASE("what one lacks, all lack, and its name stands before the sentence") {
  CheckReport all;
  auto web = judged("web", Severity::ok, 5);
  web.report.reading.coverage.lose("lost_messages", "rows are missing");
  add_verdict(all, web);
  CHECK_FALSE(all.reading.coverage.complete);
  CHECK(all.reading.coverage.warnings.at(0).message == "web: rows are missing");
  CHECK(all.reading.coverage.last_loss == "web: rows are missing");
  CHECK_FALSE(all.reading.coverage.namespaces.at(0).complete);
}

}  // namespace
}  // namespace tcpstat::inline report
