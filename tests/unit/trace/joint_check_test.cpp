#include "trace/joint_check.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::trace {
namespace {

struct Checked {
  std::vector<LogFinding> findings;
  JointCheck check{[this](const LogFinding& finding) { findings.push_back(finding); }};

  void row(State state, std::string_view local, std::uint16_t local_port, std::string_view remote,
           std::uint16_t remote_port, std::optional<std::uint64_t> cookie, std::uint64_t line = 1) {
    SampleRow row;
    row.state = state;
    row.local = test::endpoint(local, local_port);
    row.remote = test::endpoint(remote, remote_port);
    row.cookie = cookie;
    check.row(row, line);
  }
  /// A sample of one connection, by the states of its ends.
  void sample(State here, State there, std::optional<std::uint64_t> first = 1,
              std::optional<std::uint64_t> second = 2) {
    row(here, "192.0.2.1", 80, "192.0.2.2", 40'000, first, 10);
    row(there, "192.0.2.2", 40'000, "192.0.2.1", 80, second, 11);
    check.end();
  }
};

TEST_CASE("what cannot be is told by the second sample in succession, and once") {
  Checked checked;
  checked.sample(State::close_wait, State::close_wait);
  CHECK(checked.findings.empty());
  checked.sample(State::close_wait, State::close_wait);
  REQUIRE(checked.findings.size() == 1);
  CHECK(checked.findings[0].rule == LogRule::joint);
  CHECK(checked.findings[0].severity == Severity::warning);
  CHECK_MESSAGE(checked.findings[0].line == 10, "of both ends the one that came first tells it");
  checked.sample(State::close_wait, State::close_wait);
  CHECK(checked.findings.size() == 1);
}

TEST_CASE("a sample between that agrees begins anew, and so does a socket that is another one") {
  Checked checked;
  checked.sample(State::close_wait, State::close_wait);
  checked.sample(State::close_wait, State::fin_wait2);
  checked.sample(State::close_wait, State::close_wait);
  CHECK(checked.findings.empty());
  checked.sample(State::close_wait, State::close_wait, 1, 3);
  CHECK(checked.findings.empty());
  checked.sample(State::close_wait, State::last_ack, 1, 3);
  CHECK(checked.findings.empty());
  checked.check.forget_all();
  checked.sample(State::close_wait, State::last_ack, 1, 3);
  CHECK(checked.findings.empty());
}

TEST_CASE("two ends that are at odds in another way in the second sample are no finding: something moved between") {
  Checked checked;
  checked.sample(State::fin_wait2, State::established);
  checked.sample(State::fin_wait2, State::fin_wait1);
  CHECK(checked.findings.empty());
  checked.sample(State::fin_wait2, State::fin_wait1);
  CHECK(checked.findings.size() == 1);
  Checked other_end;
  other_end.sample(State::established, State::fin_wait2);
  other_end.sample(State::fin_wait1, State::fin_wait2);
  CHECK(other_end.findings.empty());
}

TEST_CASE("two samples that are at odds with a sample between them that shows neither end are not in succession") {
  Checked checked;
  checked.sample(State::close_wait, State::close_wait);
  checked.check.end();
  checked.sample(State::close_wait, State::close_wait);
  CHECK(checked.findings.empty());
}

TEST_CASE("without cookies a finding says its doubt") {
  Checked checked;
  for (int i = 0; i < 2; ++i) checked.sample(State::last_ack, State::close_wait, {}, {});
  REQUIRE(checked.findings.size() == 1);
  CHECK(checked.findings[0].message.ends_with("the source has no cookies"));
}

TEST_CASE("an IPv6 socket that carries IPv4 has an IPv4 socket as its other end") {
  Checked checked;
  for (int i = 0; i < 2; ++i) {
    checked.row(State::close_wait, "::ffff:192.0.2.1", 80, "::ffff:192.0.2.2", 40'000, 1);
    checked.row(State::close_wait, "192.0.2.2", 40'000, "192.0.2.1", 80, 2);
    checked.check.end();
  }
  CHECK(checked.findings.size() == 1);
}

TEST_CASE("a socket that is connected to itself, a listener and a lonely end are no pair") {
  Checked checked;
  for (int i = 0; i < 2; ++i) {
    checked.row(State::close_wait, "192.0.2.1", 80, "192.0.2.1", 80, 1);
    checked.row(State::close_wait, "192.0.2.1", 81, "192.0.2.2", 7, 2);
    checked.row(State::listen, "192.0.2.2", 7, "192.0.2.1", 81, 3);
    checked.check.end();
  }
  CHECK(checked.findings.empty());
}

}  // namespace
}  // namespace tcpstat::trace
