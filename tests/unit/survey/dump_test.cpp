#include "survey/dump.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "support/fake_host.h"

namespace tcpstat::survey {
namespace {

const Endpoint kServer = test::endpoint("192.0.2.1", 443);
constexpr std::uint64_t kInode = 4711;

Connection row_in(State state, std::uint16_t peer_port, std::uint64_t inode = kInode) {
  Connection out = test::connection(state, kServer, test::endpoint("198.51.100.7", peer_port));
  out.inode = inode;
  return out;
}

std::string codes(const Coverage& coverage) {
  std::string out;
  for (const Warning& warning : coverage.warnings) out += (out.empty() ? "" : " ") + warning.code;
  return out;
}

Listener listener() {
  Listener out = test::listener(kServer);
  out.inode = kInode;
  return out;
}

bool says(const std::string& row, const char* what) { return row.find(what) != std::string::npos; }

/// A web server: a listener, two clients of one process and a half-open request.
struct Scene {
  Scene() {
    host.dumps = {{.connections = {row_in(State::established, 3, 5), row_in(State::close_wait, 2, 6),
                                   row_in(State::syn_recv, 1, 0)},
                   .listeners = {listener()}}};
    host.owners_by_inode = {{5, {{812, 3, "nginx"}}}, {6, {{812, 4, "nginx"}}}, {kInode, {{1, 7, "init"}}}};
  }

  Dump take() { return survey::take(host, plan, recorder); }

  test::FakeHost host;
  DumpPlan plan;
  test::Recorder recorder;
};

TEST_CASE_FIXTURE(Scene, "of rows that are a part, the numbers are those of all, as far as states and families tell") {
  Tally all;
  all.add(State::syn_recv, Family::ipv4, 6000);
  all.add(State::syn_recv, Family::ipv6, 50);
  all.add(State::established, Family::ipv4, 7);
  host.dumps[0].counted = all;
  CHECK(take().report.tally.total() == 6057);
  plan.query.filter.states = plan.query.states = StateSet{State::syn_recv};
  plan.query.filter.ipv6 = false;
  CHECK(take().report.tally.total() == 6000);
  plan.query.filter.processes = {"nginx"};
  const Dump dump = take();
  CHECK(dump.report.tally.total() == 0);
  CHECK_FALSE(dump.report.coverage.counts_all());
  CHECK(dump.report.counted() == StateSet{});
}

const Error kNoProc{"look for the owners of sockets in /proc", 2};

TEST_CASE_FIXTURE(Scene, "a dump reads once, and looks for owners only if it is told to") {
  host.run_facts.host = "web-1";
  const Dump dump = take();
  CHECK(host.asked() == "0 read all");
  CHECK(recorder.rows.size() == 4);
  CHECK(!dump.error);
  CHECK(!dump.owner_search);
  CHECK(dump.report.source == "netlink");
  CHECK(dump.report.facts.host == "web-1");
  CHECK(dump.report.tally.total() == 4);
  CHECK(dump.report.coverage.rows_read == 4);
  CHECK(codes(dump.report.coverage) == "");
  CHECK(!dump.report.filtered);
}

TEST_CASE_FIXTURE(Scene, "what only one of two sources has are not all sockets, and not their numbers") {
  host.source = "both";
  const Dump dump = take();
  CHECK(dump.report.counted_rows == Counted::differences);
  CHECK(dump.report.counted() == StateSet{});
  CHECK(dump.report.seen() == StateSet::all());
  CHECK(dump.report.filtered);
  CHECK(dump.report.tally.total() == 4);
}

TEST_CASE_FIXTURE(Scene, "the report says what was selected") {
  plan.query.filter.states = {State::close_wait};
  plan.query.filter.ipv6 = false;
  const Dump dump = take();
  CHECK(dump.report.selected == StateSet{State::close_wait});
  CHECK(dump.report.ipv4);
  CHECK(!dump.report.ipv6);
  CHECK(dump.report.filtered);
  CHECK(dump.report.tally.total() == 1);
  CHECK(recorder.rows.size() == 1);
}

TEST_CASE_FIXTURE(Scene, "a listener is told its half-opens, unless they were not read or do not all come") {
  CHECK(says((take(), recorder.rows.back()), R"("syn_recv":1)"));
  SUBCASE("not read") { plan.query.states = StateSet::all() - StateSet{State::syn_recv}; }
  SUBCASE("what both sources show does not come") { host.all_half_opens = false; }
  take();
  CHECK(says(recorder.rows.back(), R"("syn_recv":null)"));
}

TEST_CASE_FIXTURE(Scene, "rows are sorted, and the limit counts in their order") {
  plan.sort = {{.column = find_column("REMOTE")}};
  plan.limit = 2;
  const Dump dump = take();
  REQUIRE(recorder.rows.size() == 2);
  CHECK(says(recorder.rows[0], "SYN_RECV"));
  CHECK(says(recorder.rows[1], "CLOSE_WAIT"));
  CHECK(dump.report.limited);
  CHECK(dump.report.tally.total() == 4);
  CHECK(dump.report.counted() == StateSet::all());
}

TEST_CASE_FIXTURE(Scene, "where a limit ends the reading, the rows so far are not the number of all") {
  plan.limit = 2;
  const Dump dump = take();
  CHECK(recorder.rows.size() == 2);
  CHECK(dump.report.limited);
  CHECK(dump.report.counted_rows == Counted::up_to_limit);
  CHECK(dump.report.counted() == StateSet{});
  CHECK(dump.report.seen() == StateSet::all());
}

TEST_CASE_FIXTURE(Scene, "of listeners all were counted when a limit leaves some out") {
  plan.limit = 3;
  const Dump dump = take();
  CHECK(recorder.rows.size() == 3);
  CHECK(dump.report.limited);
  CHECK(dump.report.tally.total() == 4);
  CHECK(dump.report.counted() == StateSet::all());
}

TEST_CASE_FIXTURE(Scene, "a limit that is not reached limits nothing") {
  plan.limit = 4;
  const Dump dump = take();
  CHECK(!dump.report.limited);
  CHECK(dump.report.counted() == StateSet::all());
}

TEST_CASE_FIXTURE(Scene, "owners are looked for before the rows, and forgotten behind them") {
  plan.owners = DumpPlan::Owners::required;
  const Dump dump = take();
  CHECK(host.asked() == "0 owners, 0 read all");
  CHECK(host.forgotten == 1);
  REQUIRE(dump.owner_search);
  CHECK(dump.owner_search->forbidden == 0);
  CHECK(says(recorder.rows[0], "nginx"));
  CHECK(says(recorder.rows[3], "init"));  // the listener, which comes behind the connections
}

TEST_CASE_FIXTURE(Scene, "sockets without a row are looked for only where that is asked, and all rows were read") {
  host.run_facts.netns = 4026531840;
  host.untabled = {{812, "nginx", 40}};
  plan.owners = DumpPlan::Owners::required;
  CHECK_FALSE(take().untabled);
  plan.descriptors = DumpPlan::Descriptors::all;
  const Dump dump = take();
  REQUIRE(dump.untabled);
  CHECK(dump.untabled->front().sockets == 40);
  plan.query.states = plan.query.filter.states = {State::established};
  CHECK_FALSE(take().untabled);
}

TEST_CASE_FIXTURE(Scene, "a filter by process selects by the owners") {
  plan.owners = DumpPlan::Owners::required;
  plan.query.filter.processes = {"init"};
  const Dump dump = take();
  REQUIRE(recorder.rows.size() == 1);
  CHECK(says(recorder.rows[0], "LISTEN"));
  CHECK(dump.report.tally.total() == 1);
}

TEST_CASE_FIXTURE(Scene, "sockets that nobody was seen to hold are looked for again, once") {
  host.owners_by_inode.erase(5);
  plan.owners = DumpPlan::Owners::required;
  take();
  CHECK(host.asked() == "0 owners, 0 read all, 0 owners");
  CHECK(recorder.rows.size() == 4);
}

TEST_CASE_FIXTURE(Scene, "processes that may not be looked into are a warning, and the dump is whole") {
  host.owners_by_inode.clear();
  host.owner_search.forbidden = 9;
  plan.owners = DumpPlan::Owners::required;
  const Dump dump = take();
  CHECK(codes(dump.report.coverage) == "owners_not_permitted");
  CHECK(dump.report.coverage.complete);
  REQUIRE(dump.owner_search);
  CHECK(dump.owner_search->forbidden == 9);
}

TEST_CASE_FIXTURE(Scene, "where owners select the rows, those that may not be looked into are missing") {
  plan.query.filter.processes = {"nginx"};
  plan.owners = DumpPlan::Owners::required;
  SUBCASE("none is hidden") { CHECK(take().report.coverage.complete); }
  SUBCASE("forbidden") {
    host.owners_by_inode.erase(5);
    host.owner_search.forbidden = 9;
    const Dump dump = take();
    CHECK(codes(dump.report.coverage) == "owners_not_permitted");
    CHECK_FALSE(dump.report.coverage.complete);
  }
  SUBCASE("forbidden, and every socket has an owner all the same") {
    host.owner_search.forbidden = 9;
    CHECK(take().report.coverage.complete);
  }
  SUBCASE("outside of this PID namespace") {
    host.owners_by_inode.erase(5);
    host.owner_search.below_host = true;
    const Dump dump = take();
    CHECK(codes(dump.report.coverage) == "other_pid_namespace");
    CHECK_FALSE(dump.report.coverage.complete);
  }
}

TEST_CASE_FIXTURE(Scene, "processes that could not be looked into make the owners that were asked for partial") {
  host.owner_search.failed = 2;
  host.owner_search.error = 24;
  SUBCASE("asked for") {
    plan.owners = DumpPlan::Owners::required;
    CHECK_FALSE(take().report.coverage.complete);
  }
  SUBCASE("only helpful") {
    plan.owners = DumpPlan::Owners::helpful;
    CHECK(take().report.coverage.complete);
  }
  SUBCASE("said once") {
    plan.owners = DumpPlan::Owners::required;
    const Dump dump = take();
    CHECK(codes(dump.report.coverage) == "owners_unread");
    CHECK(dump.report.coverage.warnings.front().message ==
          "cannot look into 2 processes for the owners of sockets: Too many open files");
  }
}

TEST_CASE_FIXTURE(Scene, "a process that the second look alone could not look into is missing, too") {
  host.owners_by_inode.erase(5);
  host.second_owner_search = OwnerSearch{.read = 1, .failed = 1, .error = 24};
  plan.owners = DumpPlan::Owners::required;
  const Dump dump = take();
  CHECK(host.asked() == "0 owners, 0 read all, 0 owners");
  CHECK_FALSE(dump.report.coverage.complete);
  REQUIRE(codes(dump.report.coverage) == "owners_unread");
  CHECK(dump.report.coverage.warnings.front().message ==
        "cannot look into 1 process for the owners of sockets: Too many open files");
}

TEST_CASE_FIXTURE(Scene, "where no process is to be seen owners are unknown, and a filter by process is refused") {
  host.owner_search.read = 0;
  host.owners_by_inode.clear();
  plan.owners = DumpPlan::Owners::required;
  SUBCASE("unknown") {
    const Dump dump = take();
    CHECK(codes(dump.report.coverage) == "owners_unknown");
    CHECK(dump.report.coverage.complete);
    CHECK(says(recorder.rows[0], R"("processes":null)"));
  }
  SUBCASE("refused") {
    plan.query.filter.pids = {812};
    const Dump dump = take();
    REQUIRE(dump.error);
    CHECK(dump.error->sentence().starts_with("cannot filter by process: no process is to be seen"));
  }
}

TEST_CASE_FIXTURE(Scene, "sockets that may belong to processes outside of our PID namespace are a warning") {
  host.owner_search.below_host = true;
  host.owners_by_inode.clear();
  plan.owners = DumpPlan::Owners::required;
  const Dump dump = take();
  CHECK(codes(dump.report.coverage) == "other_pid_namespace");
  CHECK(dump.report.coverage.complete);
}

TEST_CASE_FIXTURE(Scene, "owners that are required and cannot be looked for end the dump before its first row") {
  host.owners_error = kNoProc;
  SUBCASE("asked for") { plan.owners = DumpPlan::Owners::required; }
  SUBCASE("asked for by the filter") {
    plan.owners = DumpPlan::Owners::helpful;
    plan.query.filter.pids = {812};
  }
  const Dump dump = take();
  CHECK(host.asked() == "0 owners");
  CHECK(recorder.rows.empty());
  REQUIRE(dump.error);
  CHECK(dump.error->sentence() == kNoProc.sentence());
  CHECK(codes(dump.report.coverage) == "read_failed");
  CHECK(!dump.report.coverage.complete);
}

TEST_CASE_FIXTURE(Scene, "owners that only help are a warning when they cannot be looked for") {
  host.owners_error = kNoProc;
  plan.owners = DumpPlan::Owners::helpful;
  const Dump dump = take();
  CHECK(!dump.error);
  CHECK(recorder.rows.size() == 4);
  CHECK(codes(dump.report.coverage) == "owners_not_read");
  CHECK(dump.report.coverage.complete);
  CHECK(!dump.owner_search);
}

TEST_CASE_FIXTURE(Scene, "owners are not looked for in a file") {
  host.saved = true;
  plan.owners = DumpPlan::Owners::required;
  CHECK(!take().owner_search);
  CHECK(host.asked() == "0 read all");
}

TEST_CASE_FIXTURE(Scene, "a read that fails half way leaves its rows, its listeners and its sentence") {
  host.dumps.front().error = Error{"read the answer of sock_diag", 105};
  plan.sort = {{.column = find_column("REMOTE")}};
  const Dump dump = take();
  CHECK(recorder.rows.size() == 4);
  REQUIRE(dump.error);
  CHECK(codes(dump.report.coverage) == "read_failed");
  CHECK(dump.report.coverage.warnings[0].message == dump.error->sentence());
  CHECK(!dump.report.coverage.complete);
}

TEST_CASE_FIXTURE(Scene, "rows that could not be understood are warnings by their kind") {
  host.dumps.front().flaws = {Flaw::cut_short, Flaw::cut_short, Flaw::bad_length};
  const Dump dump = take();
  REQUIRE(dump.report.coverage.warnings.size() == 2);
  CHECK(dump.report.coverage.warnings[0].message == "left out 2 rows cut short");
  CHECK(dump.report.coverage.warnings[1].message == "left out 1 row with a bad length");
  CHECK(!dump.error);
}

TEST_CASE_FIXTURE(Scene, "where one match is enough, nothing is looked for behind it") {
  struct First final : Sink {
    Flow connection(const Connection&) override { return Flow::stop; }
    Flow listener(const Listener&) override { return Flow::stop; }
  } first;
  host.owners_by_inode.erase(6);  // its row waits
  plan.owners = DumpPlan::Owners::required;
  plan.until = DumpPlan::Until::first_match;
  plan.query.filter.processes = {"init"};
  plan.query.filter.states = {State::listen};
  const Dump dump = survey::take(host, plan, first);
  CHECK(dump.report.tally.total() == 1);
  CHECK(host.asked() == "0 owners, 0 read all");
}

TEST_CASE_FIXTURE(Scene, "a witness sees every row, whatever is selected") {
  test::Counter witness;
  plan.witness = &witness;
  plan.query.filter.states = {State::close_wait};
  take();
  CHECK(witness.connections == 3);
  CHECK(witness.listeners == 1);
  CHECK(recorder.rows.size() == 1);
}

TEST_CASE_FIXTURE(Scene,
                  "a dump of every row selects and counts nothing, and asks the source for all of the families") {
  plan.rows = DumpPlan::Rows::every;
  plan.query.filter.states = {State::close_wait};
  plan.query.filter.local_ports = {{80, 80}};
  plan.query.filter.ipv6 = false;
  plan.query.filter.processes = {"nginx"};
  plan.owners = DumpPlan::Owners::required;
  const Dump dump = take();
  CHECK(recorder.rows.size() == 4);
  CHECK(dump.report.tally.total() == 0);
  CHECK(dump.report.selected == StateSet{State::close_wait});
  CHECK(host.last_query.filter.states == StateSet::all());
  CHECK(!host.last_query.filter.has_conditions());
  CHECK(host.last_query.filter.ipv4);
  CHECK(!host.last_query.filter.ipv6);
}

}  // namespace
}  // namespace tcpstat::survey
