#include "check/merge_namespaces.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <utility>

#include "support/rows.h"

namespace tcpstat::check {
namespace {

NamespaceCheck of(std::string name, Severity status, std::string headline) {
  NamespaceCheck one{name.size(), std::move(name), {}};
  one.report.status = status;
  one.report.headline = std::move(headline);
  one.report.reading.facts.netns = one.inode;
  one.report.reading.coverage.rows_read = 3;
  one.report.reading.tally.add(State::established, Family::ipv4);
  one.report.performance = {{.label = "syn_recv", .value = 2, .least = 0, .most = 8},
                            {.label = "fill", .value = 50, .unit = "%"}};
  return one;
}

Finding full(std::uint16_t port) {
  Evidence queue;
  queue.quantity = "queue";
  Finding finding("accept-queue-full", Severity::critical, Subject::port(port), {queue});
  finding.message = "the accept queue is full";
  return finding;
}

TEST_CASE("the worst namespace is named first, and how many more there are") {
  const CheckReport all =
      merge({of("blue", Severity::ok, "3 sockets, nothing wrong"),
             of("web", Severity::critical, "the accept queue is full"), of("db", Severity::warning, "40 CLOSE_WAIT")});
  CHECK(all.status == Severity::critical);
  CHECK(all.headline == "netns web: the accept queue is full (and 1 more of 3 network namespaces)");
  REQUIRE(all.namespaces.size() == 3);
  CHECK(all.namespaces[2].name == "db");
  CHECK(all.namespaces[2].status == Severity::warning);
}

TEST_CASE("where nothing is wrong the total is told") {
  const CheckReport all = merge({of("blue", Severity::ok, ""), of("web", Severity::ok, "")});
  CHECK(all.headline == "2 sockets in 2 network namespaces, nothing wrong");
  CHECK(all.reading.tally.total() == 2);
  CHECK(all.reading.coverage.rows_read == 6);
  CHECK_FALSE(all.reading.facts.netns);
}

TEST_CASE("where nothing is wrong the headline has what that of one namespace has") {
  const auto merged = [](const Finding& finding, bool all_judged) {
    NamespaceCheck web = of("web", Severity::ok, "");
    web.report.all_judged = all_judged;
    web.report.findings = {finding};
    return merge({of("blue", Severity::ok, ""), web}).headline;
  };
  Finding worth_knowing = full(443);
  worth_knowing.severity = Severity::info;
  CHECK(merged(worth_knowing, true) == "netns web: the accept queue is full");
  worth_knowing.rule = "syn-flood";
  CHECK(
      merged(worth_knowing, false) ==
      "2 sockets in 2 network namespaces, nothing wrong in what could be judged; worth knowing: netns web: the accept "
      "queue is full");
  worth_knowing.rule = "syn-blind";
  CHECK(merged(worth_knowing, true) == "2 sockets in 2 network namespaces, nothing wrong");
}

TEST_CASE("one that could not be seen is no OK, and no zero") {
  NamespaceCheck shut = of("shut", Severity::unknown, "cannot enter it");
  shut.report.reading.coverage = {};
  shut.report.reading.coverage.lose("netns_not_entered", "cannot enter it");
  const CheckReport all = merge({of("blue", Severity::ok, ""), shut});
  CHECK(all.status == Severity::unknown);
  CHECK(all.headline == "netns shut: cannot enter it");
  CHECK_FALSE(all.reading.coverage.complete);
  REQUIRE(all.reading.coverage.namespaces.size() == 2);
  CHECK(all.reading.coverage.namespaces[0].rows == 3);
  CHECK_FALSE(all.reading.coverage.namespaces[1].rows);
  CHECK(all.reading.coverage.warnings[0].message == "shut: cannot enter it");
}

TEST_CASE("the same finding in two namespaces is two findings") {
  NamespaceCheck blue = of("blue", Severity::critical, "");
  NamespaceCheck web = of("web", Severity::critical, "");
  blue.report.findings = {full(443)};
  web.report.findings = {full(443)};
  const CheckReport all = merge({blue, web});
  REQUIRE(all.findings.size() == 2);
  CHECK(all.findings[0].netns == "blue");
  CHECK(all.findings[1].netns == "web");
}

TEST_CASE("counts are added, and shares are not") {
  const CheckReport all = merge({of("blue", Severity::ok, ""), of("web", Severity::ok, "")});
  REQUIRE(all.performance.size() == 1);
  CHECK(all.performance[0].value == 4);
  CHECK(all.performance[0].most == 16);
  // One that does not tell a counter makes the sum unknown, whichever comes first.
  NamespaceCheck counts = of("counts", Severity::ok, "");
  counts.report.performance.push_back({.label = "listen_drops", .value = 12, .unit = "c"});
  const NamespaceCheck silent = of("silent", Severity::ok, "");
  for (const auto& pair :
       {std::vector{counts, silent}, std::vector{silent, counts}, std::vector{silent, counts, counts}}) {
    const CheckReport sums = merge(pair);
    REQUIRE(sums.performance.size() == 2);
    CHECK(sums.performance[0].value == 2.0 * static_cast<double>(pair.size()));
    CHECK_FALSE(sums.performance[1].value);
  }
  CHECK(merge({counts, counts}).performance[1].value == 24);
  NamespaceCheck blind = of("blind", Severity::ok, "");
  blind.report.performance[0].value.reset();
  CHECK_FALSE(merge({of("blue", Severity::ok, ""), blind}).performance[0].value);
}

TEST_CASE("where all namespaces have ended nothing is known") {
  const CheckReport report = merge({});
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == "the network namespaces have ended meanwhile");
}

}  // namespace
}  // namespace tcpstat::check
