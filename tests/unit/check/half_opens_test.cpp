#include "check/half_opens.h"

#include <doctest/doctest.h>

#include <ostream>
#include <utility>
#include <vector>

#include "detect/scene.h"
#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

/// A list beside a flood.
struct Listing {
  Listing() {
    scene.flood(20, 20);
    host.kernel = {test::plain_facts()};
    host.half_opens_in_proc = scene.proc_rows;
  }

  Report list() {
    Listener row = test::listener(scene.local);
    row.accept_limit = scene.backlog;
    host.dumps = {{.connections = scene.rows, .listeners = {row}}};
    ListedHalfOpens half_opens(host);
    half_opens.join(plan);
    survey::Dump dump = survey::take(host, plan, counter);
    half_opens.judge(dump.report);
    return dump.report;
  }

  test::FakeHost host;
  test::Scene scene;
  survey::DumpPlan plan;
  test::Counter counter;
};

TEST_CASE_FIXTURE(Listing, "a list can be judged where it shows whole listeners with all their half-opens") {
  const auto can = [this] { return ListedHalfOpens(host).can_judge(plan); };
  CHECK(can());
  SUBCASE("by their own end") {
    plan.query.filter.local_ports = {{443, 443}};
    CHECK(can());
  }
  SUBCASE("by the address of their own end") {
    plan.query.filter.local = {{.prefix = test::prefix("192.0.2.1", 32), .ports = {}}};
    CHECK(can());
  }
  SUBCASE("not of Multipath TCP") {
    plan.query.mptcp = true;
    CHECK(!can());
  }
  SUBCASE("not of several namespaces") {
    host.namespaces = {{.inode = 7}};
    CHECK(!can());
  }
  SUBCASE("not without half-opens") {
    plan.query.filter.states = {State::established};
    CHECK(!can());
  }
  SUBCASE("not by the other end") {
    plan.query.filter.remote_ports = {{443, 443}};
    CHECK(!can());
  }
  SUBCASE("not of one user") {
    plan.query.filter.users = {0};
    CHECK(!can());
  }
  SUBCASE("not behind a limit") {
    plan.limit = 10;
    CHECK(!can());
  }
  SUBCASE("not from a file") {
    host.saved = true;
    CHECK(!can());
  }
  SUBCASE("not where some half-opens do not come") {
    host.all_half_opens = false;
    CHECK(!can());
  }
}

TEST_CASE_FIXTURE(Listing, "a flood is found beside a list that does not show listeners") {
  plan.query.filter.states = {State::syn_recv};
  plan.query.states = {State::syn_recv};
  host.places.rows = "/mnt/proc/net/tcp";
  const Report report = list();
  CHECK(counter.connections == scene.rows.size());
  CHECK(counter.listeners == 0);
  REQUIRE(!report.verdicts.empty());
  CHECK(report.verdicts.front().level >= AttackLevel::likely);
  CHECK(report.verdicts.front().evidence.front().source.find("sock_diag") == std::string::npos);
  CHECK(host.asked() == "0 read SYN_RECV LISTEN, 0 facts, 0 half-opens from proc");
}

TEST_CASE_FIXTURE(Listing, "among many other rows /proc is read only for what may be an attack") {
  scene.rows.clear();
  scene.request(1.5);
  scene.established(100);
  const Report report = list();
  CHECK(report.verdicts.front().level == AttackLevel::none);
  CHECK(host.asked() == "0 read all, 0 facts");
}

TEST_CASE_FIXTURE(Listing, "other rows are many if there are more than sixteen for each half-open") {
  scene.rows.clear();
  for (int i = 0; i < 8; ++i) scene.request(1.5, test::Sources::random, 0, 1);
  for (const auto& [others, asked] :
       {std::pair(128U, "0 read all, 0 facts, 0 half-opens from proc"), std::pair(129U, "0 read all, 0 facts")}) {
    CAPTURE(others);
    std::erase_if(scene.rows, [](const Connection& row) { return row.state == State::established; });
    scene.established(others);
    host.calls.clear();
    CHECK(list().verdicts.front().level == AttackLevel::none);
    CHECK(host.asked() == asked);
  }
}

TEST_CASE_FIXTURE(Listing, "what may be an attack is joined with /proc among however many other rows") {
  scene.rows.clear();
  scene.flood(5, 20);
  scene.established(5000);
  list();
  CHECK(host.asked() == "0 read all, 0 facts, 0 half-opens from proc");
}

TEST_CASE_FIXTURE(Listing, "a part of the rows has no verdict") {
  host.dumps = {};
  ListedHalfOpens half_opens(host);
  half_opens.join(plan);
  host.dumps = {{.connections = scene.rows, .error = Error{"read"}}};
  survey::Dump dump = survey::take(host, plan, counter);
  half_opens.judge(dump.report);
  CHECK(dump.report.verdicts.empty());
}

TEST_CASE_FIXTURE(Listing, "timeouts are joined until enough are known") {
  detect::SynSample sample = scene.sample(nullptr, false);
  REQUIRE(sample.wants_timeouts(Family::ipv4) == 1);
  SUBCASE("for one listener") {
    add_timeouts(host, sample, {.least = 7, .each = 5, .most = 20, .rows = 1});
    CHECK(sample.joined() == 7);
  }
  SUBCASE("for each listener") {
    add_timeouts(host, sample, {.least = 5, .each = 7, .most = 20, .rows = 1});
    CHECK(sample.joined() == 7);
  }
  SUBCASE("and no more") {
    add_timeouts(host, sample, {.least = 5, .each = 20, .most = 7, .rows = 1});
    CHECK(sample.joined() == 7);
  }
  SUBCASE("or what is among the first rows") {
    const Connection other = test::connection(State::established, scene.local, scene.local);
    host.half_opens_in_proc.insert(host.half_opens_in_proc.begin(), 9, other);
    add_timeouts(host, sample, {.least = 7, .each = 7, .most = 7, .rows = 2});
    CHECK(sample.joined() == 5);
  }
  // No half-open is in the other file.
  CHECK(host.asked() == "0 half-opens from proc");
}

}  // namespace
}  // namespace tcpstat::check
