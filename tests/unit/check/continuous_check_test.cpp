#include "check/continuous_check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "detect/scene.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

using std::chrono::seconds;

struct Watching {
  Watching() { host.kernel = {test::plain_facts()}; }

  Judged look(Depth depth = Depth::rows) { return check.look(counter, depth); }
  /// The next samples show a flood of one listener.
  void flood() {
    scene.flood(20, 20);
    Listener row = test::listener(scene.local);
    row.accept_limit = scene.backlog;
    host.half_opens_in_proc = scene.proc_rows;
    host.dumps = {{.connections = scene.rows, .listeners = {row}}};
  }
  static const Problem* find(const Judged& judged, std::string_view rule) {
    const auto at = std::find_if(judged.problems.begin(), judged.problems.end(),
                                 [rule](const Problem& one) { return one.finding.rule == rule; });
    return at == judged.problems.end() ? nullptr : &*at;
  }

  test::FakeHost host;
  test::Scene scene;
  test::Counter counter;
  ContinuousCheck check{host, {}};
};

TEST_CASE_FIXTURE(Watching, "a flood is found in the first sample that shows it, and known since then") {
  CHECK(find(look(), "syn-flood") == nullptr);
  flood();
  host.time.passed = seconds(1);
  const Judged first = look();
  REQUIRE(find(first, "syn-flood") != nullptr);
  CHECK(first.status >= Severity::warning);
  CHECK(find(first, "syn-flood")->since.time_since_epoch() == seconds(1));
  CHECK(first.half_opens.half_open() == scene.rows.size());
  CHECK(counter.connections == scene.rows.size());

  host.time.passed = seconds(2);
  CHECK(find(look(), "syn-flood")->since.time_since_epoch() == seconds(1));
}

TEST_CASE_FIXTURE(Watching, "what is gone for a sample is known since it came back") {
  flood();
  const auto shown = host.dumps;
  look();
  host.dumps = {{}};
  host.time.passed = seconds(1);
  CHECK(find(look(), "syn-flood") == nullptr);
  host.dumps = shown;
  host.time.passed = seconds(2);
  CHECK(find(look(), "syn-flood")->since.time_since_epoch() == seconds(2));
}

TEST_CASE_FIXTURE(Watching, "a sample is held against one that is at least three seconds older") {
  for (int second = 0; second < 20; ++second) {
    host.time.passed = seconds(second);
    const Judged judged = look();
    CAPTURE(second);
    CHECK(judged.apart.has_value() == (second >= 3));
    if (!judged.apart) continue;
    CHECK(*judged.apart >= seconds(3));
    CHECK(*judged.apart <= seconds(10));
  }
}

TEST_CASE_FIXTURE(Watching, "a part of the rows is nothing to hold others against, and never ok") {
  host.dumps = {{.error = Error{"read"}}};
  const Judged broken = look();
  CHECK(broken.error.has_value());
  CHECK(broken.status == Severity::unknown);
  host.dumps = {{}};
  host.time.passed = seconds(5);
  CHECK_FALSE(look().apart.has_value());
  host.time.passed = seconds(10);
  CHECK(look().apart == seconds(5));
}

TEST_CASE_FIXTURE(Watching, "tcp_info and owners are read only in depth") {
  look(Depth::rows);
  CHECK_FALSE(host.last_query.tcp_info);
  CHECK(host.forgotten == 0);
  look(Depth::whole);
  CHECK(host.last_query.tcp_info);
  CHECK(host.forgotten == 1);
}

}  // namespace
}  // namespace tcpstat::check
