#include "check/continuous_check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <ostream>

#include "detect/scene.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

using std::chrono::seconds;

struct Watching {
  Watching() { host.kernel = {test::plain_facts()}; }

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
};

TEST_CASE_FIXTURE(Watching, "a host that is looked at as one is held against its own past") {
  ContinuousCheck check(host, {});
  flood();
  const Judged first = check.look(counter, Depth::rows);
  REQUIRE(find(first, "syn-flood") != nullptr);
  CHECK(find(first, "syn-flood")->finding.netns.empty());
  CHECK(first.namespaces.empty());
  CHECK_FALSE(first.apart);
  host.time.passed = seconds(3);
  const Judged second = check.look(counter, Depth::rows);
  CHECK(find(second, "syn-flood")->since.time_since_epoch() == seconds(0));
  CHECK(second.apart == seconds(3));
  CHECK(counter.connections == 2 * scene.rows.size());
}

TEST_CASE_FIXTURE(Watching, "each of several namespaces is judged by itself, and findings name theirs") {
  flood();
  const Error shut{"enter the network namespace /run/netns/db", EPERM, "run as root"};
  test::FakeHost quiet;
  quiet.kernel = {test::plain_facts()};
  test::FakeHost all;
  all.namespaces = {{.inode = 7, .name = "idle", .host = &quiet},
                    {.inode = 8, .name = "web", .host = &host},
                    {.inode = 9, .name = "db", .error = &shut}};
  host.places.options = "--netns web";
  ContinuousCheck each(all, {});
  host.time.passed = quiet.time.passed = seconds(1);
  const Judged first = each.look(counter, Depth::rows);
  REQUIRE(find(first, "syn-flood") != nullptr);
  CHECK(find(first, "syn-flood")->finding.netns == "web");
  CHECK(first.status >= Severity::warning);
  CHECK(first.half_open == scene.rows.size());
  CHECK(counter.connections == scene.rows.size());
  CHECK(counter.listeners == 1);
  REQUIRE(first.namespaces.size() == 3);
  CHECK(first.namespaces[0].verdict.status == Severity::ok);
  CHECK(first.namespaces[1].verdict.headline == find(first, "syn-flood")->finding.sentence());
  CHECK(first.namespaces[1].place.options == "--netns web");
  CHECK(first.namespaces[2].verdict.status == Severity::unknown);
  CHECK(first.namespaces[2].verdict.obstacle == "Operation not permitted (run as root)");
  CHECK_FALSE(first.reading.coverage.complete);
  CHECK_FALSE(first.error);
  REQUIRE(first.reading.coverage.warnings.size() == 1);
  CHECK(first.reading.coverage.warnings[0].message == "db: " + shut.sentence());
  REQUIRE(first.reading.coverage.namespaces.size() == 3);
  CHECK_FALSE(first.reading.coverage.namespaces[2].rows);

  // Each is held against its own past, also beside one that came later.
  host.time.passed = quiet.time.passed = seconds(4);
  test::FakeHost late;
  late.kernel = {test::plain_facts()};
  late.time.passed = seconds(4);
  all.namespaces.back() = {.inode = 10, .name = "late", .host = &late};
  const Judged second = each.look(counter, Depth::rows);
  CHECK(find(second, "syn-flood")->since.time_since_epoch() == seconds(1));
  CHECK(second.apart_in(8) == seconds(3));
  CHECK_FALSE(second.apart_in(10));
  CHECK(second.reading.coverage.complete);
  // What is not seen any more is forgotten.
  const VisitedNamespace web = all.namespaces[1];
  all.namespaces.erase(all.namespaces.begin() + 1);
  each.look(counter, Depth::rows);
  all.namespaces.push_back(web);
  host.time.passed = seconds(9);
  CHECK(find(each.look(counter, Depth::rows), "syn-flood")->since.time_since_epoch() == seconds(9));
}

TEST_CASE("where no namespace could be read the sample failed, and hidden ones are no ok") {
  test::Counter counter;
  const Error shut{"enter it", EPERM};
  test::FakeHost all;
  all.namespaces = {{.inode = 7, .name = "a", .error = &shut}, {.inode = 8, .name = "b", .error = &shut}};
  ContinuousCheck each(all, {});
  const Judged failed = each.look(counter, Depth::rows);
  REQUIRE(failed.error);
  CHECK(failed.error->sentence() == shut.sentence());
  REQUIRE(failed.reading.coverage.warnings.size() == 1);
  CHECK(failed.reading.coverage.warnings[0].message == "a: " + shut.sentence() + "; and 1 other network namespace");

  test::FakeHost quiet;
  quiet.kernel = {test::plain_facts()};
  all.namespaces = {{.inode = 7, .name = "a", .host = &quiet}};
  all.hidden_namespaces = "the network namespaces of 3 processes could not be seen";
  const Judged partly = each.look(counter, Depth::rows);
  CHECK_FALSE(partly.error);
  CHECK(partly.status == Severity::unknown);
  CHECK(partly.reading.coverage.why_incomplete() == all.hidden_namespaces);
}

}  // namespace
}  // namespace tcpstat::check
