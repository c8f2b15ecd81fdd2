#include "check/repeated_check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "detect/scene.h"
#include "model/tcp_info.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One host, sample after sample.
struct Repeating {
  Repeating() { host.kernel = {test::plain_facts()}; }

  Judged look(Depth depth = Depth::rows) { return check.look(host, counter, depth); }
  Judged look_at(milliseconds time) {
    host.time.passed = time;
    return look();
  }
  /// The next samples show a flood of one listener.
  void flood() {
    scene.flood(20, 20);
    Listener row = test::listener(scene.local);
    row.accept_limit = scene.backlog;
    host.half_opens_in_proc = scene.proc_rows;
    host.dumps = {{.connections = scene.rows, .listeners = {row}}};
  }
  /// The next samples show so many connections of each port here that their peers closed a minute ago.
  void closed_by_peers(std::size_t count, const std::vector<std::uint16_t>& ports) {
    host.dumps = {{}};
    for (const TcpInfoField& field : tcp_info_fields()) {
      if (field.key == "last_ack_recv_ms") set_tcp_info_value(a_minute, field, 61'000);
    }
    for (const std::uint16_t port : ports) {
      for (std::size_t i = 0; i < count; ++i) {
        Connection row = test::connection(State::close_wait, test::endpoint("192.0.2.1", port),
                                          test::endpoint("198.51.100.7", static_cast<std::uint16_t>(1024 + i)));
        row.cookie = port * 10'000U + i;
        row.tcp_info = a_minute;
        host.dumps.front().connections.push_back(row);
      }
    }
  }
  static const Problem* find(const Judged& judged, std::string_view rule, std::string_view subject = {}) {
    const auto at = std::find_if(judged.problems.begin(), judged.problems.end(), [&](const Problem& one) {
      return one.finding.rule == rule && (subject.empty() || one.finding.subject.text() == subject);
    });
    return at == judged.problems.end() ? nullptr : &*at;
  }

  test::FakeHost host;
  test::Scene scene;
  test::Counter counter;
  std::vector<std::byte> a_minute;
  RepeatedCheck check{{}};
};

TEST_CASE_FIXTURE(Repeating, "a flood is found in the first sample that shows it, and known since then") {
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

TEST_CASE_FIXTURE(Repeating, "a listener that is bound to a device is named with it") {
  flood();
  host.table_names.interfaces = {{7, "eth7"}};
  for (Connection& row : host.dumps.front().connections) row.interface = 7;
  host.dumps.front().listeners.front().interface = 7;
  const Judged judged = look();
  REQUIRE(find(judged, "syn-flood") != nullptr);
  CHECK(find(judged, "syn-flood")->finding.subject.text() == "0.0.0.0%eth7:443");
}

TEST_CASE_FIXTURE(Repeating, "what is gone for a sample is known since it came back") {
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

TEST_CASE_FIXTURE(Repeating, "a sample is held against one that is at least three seconds older") {
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

TEST_CASE_FIXTURE(Repeating, "a part of the rows is nothing to hold others against, and never ok") {
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

TEST_CASE_FIXTURE(Repeating, "tcp_info and owners are read only in depth") {
  look(Depth::rows);
  CHECK_FALSE(host.last_query.parts.tcp_info);
  CHECK(host.forgotten == 0);
  look(Depth::whole);
  CHECK(host.last_query.parts.tcp_info);
  CHECK(host.forgotten == 1);
}

TEST_CASE_FIXTURE(Repeating, "which earlier sample one is held against, second by second") {
  CHECK_FALSE(look_at(seconds(0)).apart);
  CHECK_FALSE(look_at(milliseconds(2'999)).apart);
  // Every five seconds one is kept, and of two the older is taken.
  const std::vector<int> apart = {3, 4, 5, 6, 7, 8, 9, 10, 6, 7, 8, 9, 10, 6, 7};
  for (std::size_t i = 0; i < apart.size(); ++i) {
    CAPTURE(i);
    CHECK(look_at(seconds(3 + i)).apart == seconds(apart[i]));
  }
}

TEST_CASE_FIXTURE(Repeating, "rules look at all states, and rows are those of the filter") {
  filter::Filter filter;
  filter.states = {State::established};
  filter.remote_ports = {{1, 1}};
  check = RepeatedCheck(filter);
  host.dumps = {{.connections = {test::connection(State::time_wait, scene.local, test::endpoint("192.0.2.9", 1)),
                                 test::connection(State::established, scene.local, test::endpoint("192.0.2.9", 2))}}};
  look();
  CHECK(counter.connections == 1);
  CHECK(host.last_query.states == StateSet::all());
}

TEST_CASE_FIXTURE(Repeating, "each depth reads what it says") {
  struct Case {
    Depth depth;
    bool tcp_info;
    std::uint64_t owners;
  };
  for (const Case& one : {Case{Depth::rows, false, 0}, Case{Depth::no_owners, true, 0}, Case{Depth::whole, true, 1}}) {
    CAPTURE(static_cast<int>(one.depth));
    host.forgotten = 0;
    look(one.depth);
    CHECK(host.last_query.parts.tcp_info == one.tcp_info);
    CHECK(host.last_query.parts.memory == one.tcp_info);
    CHECK(host.forgotten == one.owners);
  }
}

TEST_CASE_FIXTURE(Repeating, "each problem is known since its own first sample, by rule and subject") {
  closed_by_peers(60, {80});
  look_at(seconds(0));
  closed_by_peers(60, {80, 443});
  const Judged both = look_at(seconds(1));
  REQUIRE(find(both, "close-wait-leak", ":80") != nullptr);
  REQUIRE(find(both, "close-wait-leak", ":443") != nullptr);
  CHECK(find(both, "close-wait-leak", ":80")->since.time_since_epoch() == seconds(0));
  CHECK(find(both, "close-wait-leak", ":443")->since.time_since_epoch() == seconds(1));
  CHECK(both.status == find(both, "close-wait-leak")->finding.severity);
}

TEST_CASE_FIXTURE(Repeating, "what listeners dropped is told since the earlier sample") {
  Listener row = test::listener(test::endpoint("0.0.0.0", 443));
  row.cookie = 7;
  row.drops = 5;
  host.dumps = {{.connections = {}, .listeners = {row}}};
  CHECK(look_at(seconds(0)).drops.empty());
  row.drops = 9;
  host.dumps = {{.connections = {}, .listeners = {row}}};
  CHECK(look_at(seconds(1)).drops.empty());
  const Judged later = look_at(seconds(3));
  REQUIRE(later.drops.size() == 1);
  CHECK(later.drops[0].count == 4);
  CHECK(later.apart_in(0) == seconds(3));
  CHECK(find(later, "listen-drops") == nullptr);
}

TEST_CASE_FIXTURE(Repeating, "a service of which only connections are left is told where all listeners were seen") {
  closed_by_peers(5, {8080});
  const Judged all = look();
  REQUIRE(find(all, "refused-connections") != nullptr);
  CHECK(find(all, "refused-connections")->finding.subject.text() == ":8080");
  SUBCASE("not where a filter leaves listeners out") {
    filter::Filter filter;
    filter.remote_ports = {{1024, 1028}};
    check = RepeatedCheck(filter);
  }
  SUBCASE("not of a part of the rows") { host.dumps.front().error = Error{"read"}; }
  CHECK(find(look(), "refused-connections") == nullptr);
}

TEST_CASE_FIXTURE(Repeating, "the limits of processes that were asked about are kept") {
  const std::vector<Owner> owners = {{.pid = 7, .fd = 3, .name = "leaky"}};
  host.owners_by_inode[4711] = owners;
  host.open_files[7] = 100;
  closed_by_peers(60, {80});
  const Judged judged = look(Depth::whole);
  REQUIRE(judged.open_files.size() == 1);
  CHECK(judged.open_files[0].pid == 7);
  CHECK(judged.open_files[0].limit == 100);
  CHECK(look(Depth::rows).open_files.empty());
}

TEST_CASE_FIXTURE(Repeating, "evidence names what was read, and a file that was not read is told") {
  host.places.rows = "/mnt/proc/net/tcp";
  host.kernel.front().unread = {{"sockstat", "/proc/net/sockstat", 13}};
  flood();
  const Judged judged = look();
  REQUIRE_FALSE(judged.problems.empty());
  REQUIRE_FALSE(judged.verdicts.empty());
  const auto names_rows = [](const std::vector<Evidence>& evidence) {
    return std::any_of(evidence.begin(), evidence.end(),
                       [](const Evidence& one) { return one.source.starts_with("/mnt/proc/net/tcp"); });
  };
  CHECK(names_rows(find(judged, "syn-flood")->finding.evidence));
  CHECK(names_rows(judged.verdicts.front().evidence));
  REQUIRE(judged.reading.coverage.warnings.size() == 1);
  CHECK(judged.reading.coverage.warnings[0].message ==
        "cannot read /proc/net/sockstat: Permission denied; judged without it");
  CHECK(judged.reading.coverage.complete);
  CHECK(judged.half_open == scene.rows.size());
  CHECK(judged.facts.unread.size() == 1);
}

/// SYN cookies that were sent and answered until then.
struct CookiesAt {
  int ms;
  std::uint64_t sent;
  std::uint64_t answered;
};

/// The share of cookies that had an answer, as the last of these looks says.
std::optional<double> cookie_answers(const std::vector<CookiesAt>& looks) {
  Repeating run;
  std::optional<double> out;
  for (const CookiesAt& one : looks) {
    run.host.kernel = {test::zero_facts()};
    run.host.kernel.front().counters.syncookies_sent = one.sent;
    run.host.kernel.front().counters.syncookies_recv = one.answered;
    const Judged judged = run.look_at(milliseconds(one.ms));
    out.reset();
    for (const SynVerdict& verdict : judged.verdicts) {
      for (const Evidence& evidence : verdict.evidence) {
        if (evidence.quantity == "cookie_answers") out = evidence.value;
      }
    }
  }
  return out;
}

TEST_CASE("answers to cookies count from a second after the first sample, and cookies until a second before the last") {
  // Of the looks at 0.999 and 2.001 s the numbers would be others.
  CHECK(
      cookie_answers({{0, 0, 0}, {999, 50, 3}, {1000, 100, 10}, {2000, 200, 90}, {2001, 300, 91}, {3000, 400, 190}}) ==
      doctest::Approx(180.0 / 200));
  CHECK_FALSE(cookie_answers({{0, 0, 0}, {1000, 100, 10}, {2000, 200, 90}}));
  // Without a look in between there are those at both ends.
  CHECK(cookie_answers({{0, 0, 0}, {3000, 400, 190}}) == doctest::Approx(190.0 / 400));
}

TEST_CASE("of very many looks the last ones are remembered") {
  for (const int between : {63, 64}) {
    CAPTURE(between);
    std::vector<CookiesAt> looks = {{0, 0, 0}, {1000, 100, 10}, {2000, 200, 90}};
    for (int i = 1; i <= between; ++i) looks.push_back({2000 + i, 300, 91});
    looks.push_back({3000, 400, 190});
    CHECK(cookie_answers(looks) == doctest::Approx(between == 63 ? 180.0 / 200 : 190.0 / 400));
  }
}

TEST_CASE("of several namespaces each has its own time between samples") {
  Judged judged;
  judged.apart = seconds(5);
  CHECK(judged.apart_in(7) == seconds(5));
  JudgedNamespace one;
  one.verdict.inode = 7;
  one.apart = seconds(3);
  judged.namespaces.push_back(one);
  CHECK(judged.apart_in(7) == seconds(3));
  CHECK_FALSE(judged.apart_in(8));
}

}  // namespace
}  // namespace tcpstat::check
