#include "cli/verbs/recorded_sample.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "detect/scene.h"
#include "model/tcp_info.h"
#include "record/counts.h"
#include "support/fake_host.h"

namespace tcpstat::cli::verbs {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

void rest(OwnerBudget& budget, int samples) {
  for (int i = 0; i < samples; ++i) budget.spend(milliseconds(10), false);
}

/// How often in succession it allows looks of this cost beside the 10 ms of a sample.
int looks_in_succession(OwnerBudget& budget, milliseconds cost) {
  int looks = 0;
  for (; budget.allows() && looks < 100; ++looks) budget.spend(cost + milliseconds(10), true);
  return looks;
}

TEST_CASE("owners are looked for until looking costs more than has been saved") {
  OwnerBudget budget;
  rest(budget, 1);
  // 100 ms, and 20 ms more with each sample.
  CHECK(looks_in_succession(budget, milliseconds(100)) == 1);
  rest(budget, 2);
  CHECK_FALSE(budget.allows());
  rest(budget, 1);
  CHECK(looks_in_succession(budget, milliseconds(100)) == 1);
}

TEST_CASE("looking costs what a sample takes more than one without") {
  OwnerBudget budget;
  budget.spend(milliseconds(90), false);
  budget.spend(milliseconds(100), true);
  // 130 ms are left, and each look costs half of what a sample adds.
  CHECK(looks_in_succession(budget, milliseconds(90)) > 1);
  OwnerBudget unknown;
  unknown.spend(milliseconds(121), true);
  CHECK_FALSE(unknown.allows());
  // A look that seems to cost nothing costs something.
  OwnerBudget cheap;
  cheap.spend(milliseconds(90), false);
  cheap.spend(milliseconds(10), true);
  CHECK(cheap.allows());
}

TEST_CASE("the time of fifty samples at most is saved up") {
  const auto looks_of = [](milliseconds cost) {
    OwnerBudget budget;
    rest(budget, 1);
    budget.spend(cost + milliseconds(10), true);
    rest(budget, 1000);
    return looks_in_succession(budget, cost);
  };
  // 1 s; and 20 ms are added with each look but the first.
  CHECK(looks_of(milliseconds(100)) == 12);
  CHECK(looks_of(milliseconds(500)) == 2);
  CHECK(looks_of(milliseconds(501)) == 1);
}

TEST_CASE("a look that costs more than can be saved up is made when as much as it costs is") {
  OwnerBudget budget;
  rest(budget, 1);
  budget.spend(milliseconds(2'010), true);
  int waited = 0;
  for (; !budget.allows() && waited < 1000; ++waited) rest(budget, 1);
  // 2 s less the 140 ms that were there, and 2 s more.
  CHECK(waited == (2 * 2'000 - 140) / 20);
}

/// "listener/0.0.0.0:443 drops" and its value.
std::optional<std::uint64_t> count_of(const TakenSample& taken, std::string_view name) {
  const record::TableSample& counts = taken.sample.counts;
  const std::size_t width = record::count_columns().size();
  for (std::size_t at = 0; at < counts.cells.size(); at += width) {
    const std::string& word = counts.words.at(static_cast<std::size_t>(counts.cells[at + record::kCountName] - 1));
    if (word == name) return record::from_cell(counts.cells[at + record::kCountValue]);
  }
  return std::nullopt;
}

/// The first count whose name begins so.
std::string name_of_count(const TakenSample& taken, std::string_view begin) {
  for (const std::string& word : taken.sample.counts.words) {
    if (word.starts_with(begin)) return word;
  }
  return {};
}

microseconds used{};

struct Taking {
  Taking() { host.kernel = {test::plain_facts()}; }

  test::FakeHost host;
  std::optional<SampleTaker> taker;

  /// Each sample takes `each` of processor time.
  template <int kEach_ms>
  void begin() {
    used = {};
    taker.emplace(host, record::InfoChoice::some, [] { return used += milliseconds(kEach_ms); });
  }
  TakenSample take() {
    if (!taker) begin<1>();
    return taker->take(true);
  }
  void put(State state, int number, std::string_view remote = "198.51.100.7") {
    Connection row = test::connection(state, test::endpoint("192.0.2.1", 443),
                                      test::endpoint(remote, static_cast<std::uint16_t>(number)));
    row.cookie = static_cast<std::uint64_t>(number);
    rows.push_back(row);
    host.dumps = {{.connections = rows}};
  }
  std::vector<Connection> rows;
};

TEST_CASE_FIXTURE(Taking, "a sample says what of it is missing") {
  put(State::established, 1);
  const TakenSample whole = take();
  CHECK(whole.sample.flags == 0);
  CHECK(whole.sample.sockets == 1);
  CHECK_FALSE(whole.error);
  host.dumps = {{.connections = rows, .flaws = {Flaw::cut_short}}};
  CHECK(take().sample.flags == record::partial_dump);
  host.dumps = {{.connections = rows, .error = Error{"dump", EIO}}};
  const TakenSample failed = take();
  CHECK(failed.sample.flags == record::partial_dump);
  CHECK(failed.error);
}

TEST_CASE_FIXTURE(Taking, "a sample with more half-opens than are kept says so") {
  for (int i = 1; i <= 1001; ++i) put(State::syn_recv, i);
  const TakenSample taken = take();
  CHECK(taken.sample.flags == record::rows_limited);
  CHECK(taken.sample.sockets == 1001);
  CHECK(taken.sample.rows.rows() == 1000);
}

TEST_CASE_FIXTURE(Taking, "rows are known by their cookies where the source has them, and by their ends elsewhere") {
  put(State::established, 1);
  CHECK(take().sample.identity == record::Identity::cookie);
  host.source = "proc";
  CHECK(take().sample.identity == record::Identity::ends);
}

TEST_CASE_FIXTURE(Taking, "a dump takes no longer than the sample") {
  put(State::established, 1);
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  const std::int64_t before = now();
  const TakenSample taken = take();
  CHECK(taken.sample.boot_ns >= before);
  CHECK(taken.sample.dump_us <= (now() - taken.sample.boot_ns) / 1000);
}

TEST_CASE_FIXTURE(Taking, "remotes are counted by network, and sockets without one are not") {
  put(State::established, 1, "198.51.100.7");
  put(State::established, 2, "198.51.100.8");
  put(State::close, 3, "203.0.113.1");
  const TakenSample taken = take();
  CHECK(count_of(taken, "remote_prefix/198.51.100.0/24") == 2U);
  CHECK_FALSE(count_of(taken, "remote_prefix/203.0.113.0/24"));
}

TEST_CASE_FIXTURE(Taking, "a flood is recorded with its level and its severity") {
  test::Scene scene;
  scene.flood(20, 20);
  Listener row = test::listener(scene.local);
  row.accept_limit = scene.backlog;
  host.dumps = {{.connections = scene.rows, .listeners = {row}}};
  host.half_opens_in_proc = scene.proc_rows;
  const TakenSample taken = take();
  CHECK(count_of(taken, "syn_flood_level/0.0.0.0:443") == static_cast<std::uint64_t>(AttackLevel::under_attack));
  CHECK(count_of(taken, "finding/syn-flood 0.0.0.0:443") == static_cast<std::uint64_t>(Severity::critical));
  CHECK(count_of(taken, "listener/0.0.0.0:443 half_open") == scene.rows.size());
}

TEST_CASE_FIXTURE(Taking, "what cannot be judged is no level and no finding") {
  host.kernel.front().settings.syncookies = 2;
  const TakenSample taken = take();
  CHECK(name_of_count(taken, "syn_flood_level/host") == "");
  CHECK(name_of_count(taken, "finding/syn-blind") == "");
  // Where nothing hides a flood the level is known.
  host.kernel = {test::zero_facts()};
  CHECK(count_of(take(), "syn_flood_level/host") == static_cast<std::uint64_t>(AttackLevel::none));
}

TEST_CASE_FIXTURE(Taking, "a process that is called as all others might be has a count of its own") {
  const std::vector<Owner> named = {{.pid = 7, .fd = 3, .name = "others"}};
  host.owners_by_inode[5] = named;
  for (int i = 1; i <= 3; ++i) put(State::established, i);
  for (Connection& row : rows) row.inode = 5;
  for (int i = 4; i <= 5; ++i) put(State::established, i);  // of nobody
  rows[3].inode = rows[4].inode = 6;
  host.dumps = {{.connections = rows}};
  const TakenSample taken = take();
  CHECK(count_of(taken, "process/others") == 3U);
  CHECK(count_of(taken, "process/all other processes") == 2U);
}

TEST_CASE_FIXTURE(Taking, "a sample without owners says so, and keeps the limits of the last look") {
  const std::vector<Owner> owners = {{.pid = 7, .fd = 3, .name = "leaky"}};
  host.owners_by_inode[4711] = owners;
  host.open_files[7] = 100;
  // Those that its peers closed a minute ago: a leak asks how many files the process may have.
  std::vector<std::byte> a_minute;
  for (const TcpInfoField& field : tcp_info_fields()) {
    if (field.key == "last_ack_recv_ms") set_tcp_info_value(a_minute, field, 61'000);
  }
  for (int i = 1; i <= 60; ++i) put(State::close_wait, i);
  for (Connection& row : host.dumps.front().connections) row.tcp_info = {a_minute, 0};
  begin<200>();
  const TakenSample first = take();
  CHECK(first.sample.flags == 0);
  CHECK(count_of(first, "process/leaky") == 60U);
  CHECK(count_of(first, "open_files/7") == 100U);
  // The first look has cost more than there was.
  const TakenSample second = take();
  CHECK(second.sample.flags == record::owners_incomplete);
  CHECK(name_of_count(second, "process/") == "");
  CHECK(count_of(second, "open_files/7") == 100U);
}

}  // namespace
}  // namespace tcpstat::cli::verbs
