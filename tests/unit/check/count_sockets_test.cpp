#include "check/count_sockets.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/diagnosing.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

std::optional<CountRange> range(const char* text) { return CountRange{*ValueRange::parse(text), text}; }

/// Three sockets in CLOSE_WAIT, which the filter selects, and one that it does not.
struct Counting {
  Counting() {
    const Endpoint server = test::endpoint("192.0.2.1", 443);
    test::FakeDump dump;
    for (std::uint16_t port = 1; port <= 4; ++port) {
      const State state = port < 4 ? State::close_wait : State::established;
      dump.connections.push_back(test::connection(state, server, test::endpoint("198.51.100.7", port)));
    }
    host.dumps = {dump};
    plan.filter.states = {State::close_wait};
    plan.filter_words = " --state CLOSE_WAIT";
  }

  CheckReport run() { return count_sockets(host, plan); }

  test::FakeHost host;
  CheckPlan plan;
};

TEST_CASE_FIXTURE(Counting, "a count inside both ranges is ok, and drawn with them") {
  plan.warning = range("5");
  plan.critical = range("0:10");
  const CheckReport report = run();
  CHECK(report.status == Severity::ok);
  CHECK(report.headline == "3 sockets match --state CLOSE_WAIT");
  CHECK(report.findings.empty());
  REQUIRE(report.performance.size() == 1);
  CHECK(report.performance[0].label == "close_wait");
  CHECK(report.performance[0].value == 3);
  CHECK(report.performance[0].warning == "5");
  CHECK(report.performance[0].critical == "0:10");
  CHECK(host.asked() == "0 read CLOSE_WAIT");
}

TEST_CASE_FIXTURE(Counting, "one socket matches, and without a filter it only is") {
  host.dumps[0].connections.resize(1);
  plan.warning = range("5");
  CHECK(run().headline == "1 socket matches --state CLOSE_WAIT");
  plan.filter_words.clear();
  CHECK(run().headline == "1 socket");
}

TEST_CASE_FIXTURE(Counting, "sockets of several network namespaces are listed by a command that names them") {
  plan.warning = range("2");
  plan.netns_words = " --netns all";
  CHECK(run().findings.at(0).next == "tcpstat --netns all --state CLOSE_WAIT");
  plan.netns_words.clear();
  CHECK(run().findings.at(0).next == "tcpstat --state CLOSE_WAIT");
}

TEST_CASE_FIXTURE(Counting, "critical goes before warning, and each says which limit was passed") {
  plan.warning = range("2");
  CheckReport report = run();
  CHECK(report.status == Severity::warning);
  CHECK(report.headline == "3 sockets match --state CLOSE_WAIT, outside -w 2");
  plan.critical = range("1");
  report = run();
  CHECK(report.status == Severity::critical);
  REQUIRE(report.findings.size() == 1);
  const Finding& finding = report.findings[0];
  CHECK(finding.message == "3 sockets match --state CLOSE_WAIT, outside -c 1");
  CHECK(finding.next == "tcpstat --state CLOSE_WAIT");
  CHECK(finding.warning == 2);
  CHECK(finding.critical == 1);
  CHECK(finding.evidence[0].op == ">");
  CHECK(finding.evidence[0].limit == 1);
  CHECK(finding.evidence[0].source == "sock_diag");
}

TEST_CASE_FIXTURE(Counting, "too few and inside an inverted range are alarms too") {
  plan.warning = range("10:");
  CheckReport report = run();
  CHECK(report.status == Severity::warning);
  CHECK(report.findings[0].evidence[0].op == "<");
  CHECK(report.findings[0].evidence[0].limit == 10);
  plan.warning = range("@0:5");
  report = run();
  CHECK(report.status == Severity::warning);
  CHECK(report.headline == "3 sockets match --state CLOSE_WAIT, inside -w @0:5");
  CHECK(report.findings[0].evidence[0].op == "inside");
}

TEST_CASE_FIXTURE(Counting, "rows that were not seen leave only an alarm that more of them would not end") {
  host.dumps[0].flaws = {Flaw::cut_short};
  SUBCASE("beyond the upper end") {
    plan.critical = range("2");
    CHECK(run().status == Severity::critical);
  }
  SUBCASE("below the lower end: others may be there") {
    plan.critical = range("10:");
    const CheckReport report = run();
    CHECK(report.status == Severity::unknown);
    CHECK(report.headline == "not all sockets could be read; 3 sockets match --state CLOSE_WAIT");
  }
  SUBCASE("inside an inverted range: more would lie behind it") {
    plan.critical = range("@0:5");
    CHECK(run().status == Severity::unknown);
  }
  SUBCASE("inside the range: more may leave it") {
    plan.critical = range("10");
    CHECK(run().status == Severity::unknown);
  }
}

TEST_CASE_FIXTURE(Counting, "a read that fails is unknown, its sentence the headline, and there is no number to draw") {
  host.dumps[0] = {.error = Error{"read the answer of sock_diag", 105}};
  plan.warning = range("10");
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == host.dumps[0].error->sentence());
  CHECK(!report.performance[0].value);
}

TEST_CASE_FIXTURE(Counting, "a count that lacks a family says so, and is unknown where only that family can match") {
  plan.warning = range("5");
  host.dumps[0].ipv6 = false;
  CheckReport report = run();
  CHECK(report.status == Severity::ok);
  CHECK(report.not_seen == std::vector<std::string>{"IPv6 sockets: their table is missing or could not be read"});
  plan.filter.local.push_back({Prefix{*parse_address("::1"), 128}, {}});
  report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline.starts_with("not all sockets could be read; "));
}

TEST_CASE_FIXTURE(Counting, "of a family that cannot be seen there is no count, not even zero") {
  plan.warning = range("5");
  plan.filter.ipv4 = false;
  host.dumps[0].ipv6 = false;
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == "IPv6 sockets do not show here");
  CHECK(!report.performance[0].value);
}

TEST_CASE_FIXTURE(Counting, "a filter by process needs owners") {
  plan.filter.processes = {"nginx"};
  plan.warning = range("10");
  host.owners_by_inode = {{1000, {{812, 3, "nginx"}}}};
  for (Connection& row : host.dumps[0].connections) row.inode = row.remote.port == 1 ? 1000 : 1001;
  CHECK(run().reading.tally.total() == 1);
  host.owners_error = Error{"look for the owners of sockets in /proc", 2};
  const CheckReport report = run();
  CHECK(report.status == Severity::unknown);
  CHECK(report.headline == host.owners_error->sentence());
}

TEST_CASE_FIXTURE(Counting, "several states are sockets") {
  plan.filter.states = {State::close_wait, State::established};
  plan.warning = range("10");
  const CheckReport report = run();
  CHECK(report.performance[0].label == "sockets");
  CHECK(report.performance[0].value == 4);
}

}  // namespace
}  // namespace tcpstat::check
