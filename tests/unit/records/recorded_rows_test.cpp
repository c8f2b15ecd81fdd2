#include "parsers/records/recorded_rows.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "model/tcp_info.h"
#include "record/cell_table.h"
#include "records/written_record.h"

namespace tcpstat::records {
namespace {

/// A table of rows as it comes out of a record.
record::Table rows_table(const RecordedSample& of) {
  record::TableEncoder encoder(record::row_columns(record::InfoChoice::some), 0);
  record::Table table;
  REQUIRE(table.apply_key(encoder.key(of.rows, of.facts)));
  return table;
}

TEST_CASE("facts of the host are those of the table") {
  RecordedSample taken = sample(kThree, 7);
  taken.facts = {{"host", "db1"}, {"kernel", "6.1"}, {"netns", "4026531840"}, {"other", "x"}};
  const auto facts = facts_of(rows_table(taken));
  CHECK(facts.host == "db1");
  CHECK(facts.kernel == "6.1");
  CHECK(facts.netns == 4026531840);
  CHECK(facts.time == "");
  taken.facts = {};
  const auto none = facts_of(rows_table(taken));
  CHECK_FALSE(none.host.has_value());
  CHECK_FALSE(none.kernel.has_value());
  CHECK_FALSE(none.netns.has_value());
}

TEST_CASE("limits of open files are those of the process") {
  RecordedCounts counts;
  counts.open_files = {{.pid = 1, .limit = 10}, {.pid = 2, .limit = 20}};
  CHECK(counts.open_files_limit(2) == 20);
  CHECK(counts.open_files_limit(1) == 10);
  CHECK_FALSE(counts.open_files_limit(3).has_value());
}

TEST_CASE("counts are those of the sample, and no other") {
  Record record;
  const auto writer = record.writer();
  for (int i = 0; i < 3; ++i) {
    RecordedSample taken = sample(kThree + seconds(10 * i), 1, seconds(100 + 10 * i));
    record::CountsPacker counts;
    KernelFacts facts;
    facts.counters.tcp_timeouts = 70 + static_cast<std::uint64_t>(i);
    record::add_facts(facts, counts);
    record::add_open_files({{.pid = 5, .limit = 1000 + static_cast<std::uint64_t>(i)}}, counts);
    taken.counts = counts.take();
    REQUIRE(writer->add(taken));
  }
  auto store = RecordStore::open(record.path);
  REQUIRE(store);
  Coverage coverage;
  REQUIRE(store->find(kThree + seconds(10), coverage).value());
  const RecordedCounts counts = counts_of(*store, store->header());
  CHECK(counts.facts.counters.tcp_timeouts == 71);
  CHECK_FALSE(counts.facts.counters.out_segs.has_value());
  CHECK(counts.facts.boot_time == seconds(110));
  CHECK(counts.open_files_limit(5) == 1001);
  record::FrameHeader other = store->header();
  other.sample += 100;
  CHECK_FALSE(counts_of(*store, other).facts.counters.tcp_timeouts.has_value());
}

TEST_CASE("a sample that kept a part says of how many, and whether their numbers are known") {
  record::FrameHeader header;
  header.sockets = 500;
  header.rows = 20;
  RecordedCounts counts;
  Coverage whole;
  tell_limit(header, counts, whole);
  CHECK(whole.complete);
  CHECK_FALSE(whole.chosen_part);
  CHECK(whole.warnings.empty());
  header.flags = record::rows_limited | record::partial_dump;
  Coverage uncounted;
  tell_limit(header, counts, uncounted);
  CHECK_FALSE(uncounted.complete);
  CHECK(uncounted.chosen_part);
  CHECK_FALSE(uncounted.counted.has_value());
  REQUIRE(uncounted.warnings.size() == 1);
  CHECK(uncounted.warnings[0].code == "record_limited");
  CHECK(uncounted.warnings[0].message == "of 500 sockets 20 were recorded; the numbers of all are not in this file");
  header.rows = 1;
  Coverage one;
  tell_limit(header, counts, one);
  CHECK(one.warnings.at(0).message == "of 500 sockets 1 was recorded; the numbers of all are not in this file");
  header.rows = 20;
  counts.sockets.emplace();
  Coverage counted;
  tell_limit(header, counts, counted);
  CHECK(counted.counted.has_value());
  CHECK(counted.warnings.at(0).message ==
        "of 500 sockets 20 were recorded; the numbers by state and of listeners are those of all");
}

TEST_CASE("the oldest tcp_info of a sample is as old as when it was kept") {
  test::TableNames names;
  std::vector<std::byte> info;
  set_tcp_info_value(info, tcp_info_field("rtt_us"), 1234);
  record::TableEncoder encoder(record::row_columns(record::InfoChoice::some), 0);
  record::Table table;
  const auto packed = [&](std::uint64_t boot_ms, record::Depth depth, bool with_info) {
    record::RowPacker rows(names, {.depth = depth, .boot_ms = boot_ms});
    for (const std::uint64_t cookie : {1U, 2U}) {
      Connection row = test::connection(State::established, test::endpoint("192.0.2.1", 80),
                                        test::endpoint("192.0.2.2", static_cast<std::uint16_t>(cookie)));
      row.cookie = cookie;
      if (with_info) row.tcp_info = {info, 0};
      rows.connection(row);
    }
    return rows.take();
  };
  REQUIRE(table.apply_key(encoder.key(packed(10'000, record::Depth::every_row, false), {})));
  CHECK_FALSE(oldest_info(table, 10'000).has_value());
  REQUIRE(table.apply_key(encoder.key(packed(10'000, record::Depth::every_row, true), {})));
  CHECK(oldest_info(table, 10'000) == std::chrono::milliseconds(0));
  CHECK(oldest_info(table, 10'500) == std::chrono::milliseconds(500));
  // What was kept later than the sample is none of it.
  CHECK_FALSE(oldest_info(table, 9'999).has_value());
}

/// What a record of one such sample is shown as.
std::unique_ptr<logs::SavedSample> shown_sample(const RecordedSample& taken) {
  Record record;
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(taken));
  }
  auto store = RecordStore::open(record.path);
  REQUIRE(store);
  Coverage coverage;
  REQUIRE(store->find(Time::max(), coverage).value());
  RecordedNames names;
  return loaded_sample(*store, names);
}

TEST_CASE("a sample is its rows, its time, and what its writer could not see") {
  RecordedSample taken = sample(kThree, 7);
  const auto plain = shown_sample(taken);
  REQUIRE(plain->rows.connections().size() == 1);
  CHECK(plain->rows.connections().front().local.port == 7);
  CHECK(plain->facts.time == "2026-11-27T03:00:00.000Z");
  CHECK(plain->facts.host == "db1");
  CHECK(plain->coverage.warnings.empty());
  CHECK(plain->coverage.complete);
  CHECK(plain->coverage.visible == StateSet::all());
  CHECK(plain->coverage.rows_read == 1);
  taken.flags = record::partial_dump;
  const auto partial = shown_sample(taken);
  CHECK_FALSE(partial->coverage.complete);
  REQUIRE(partial->coverage.warnings.size() == 1);
  CHECK(partial->coverage.warnings[0].code == "record_partial");
  CHECK(partial->coverage.warnings[0].message == "the recorded dump was not complete: rows may be missing");
  taken.flags = record::owners_incomplete;
  const auto owners = shown_sample(taken);
  CHECK(owners->coverage.complete);
  REQUIRE(owners->coverage.warnings.size() == 1);
  CHECK(owners->coverage.warnings[0].code == "record_owners");
  CHECK(owners->coverage.warnings[0].message == "the owners of some sockets were not looked for in this sample");
  taken.flags = 0;
  taken.identity = record::Identity::ends;
  CHECK(shown_sample(taken)->coverage.visible == StateSet::all() - StateSet{State::close});
}

TEST_CASE("rows in states of a later version are counted, and not shown") {
  const auto columns = record::row_columns(record::InfoChoice::some);
  const auto state = std::find_if(columns.begin(), columns.end(), [](const auto& one) { return one.name == "state"; });
  REQUIRE(state != columns.end());
  constexpr std::uint64_t kLaterState = 14;
  RecordedSample taken = sample(kThree, 7, seconds(-1), 2);
  const auto put = [&](std::size_t row) {
    taken.rows.cells[row * columns.size() + static_cast<std::size_t>(state - columns.begin())] =
        record::to_cell(kLaterState);
  };
  put(1);
  const auto one = shown_sample(taken);
  CHECK(one->rows.connections().size() == 2);
  CHECK_FALSE(one->coverage.complete);
  REQUIRE(one->coverage.warnings.size() == 1);
  CHECK(one->coverage.warnings[0].code == "record_unknown_states");
  CHECK(one->coverage.warnings[0].message == "1 row is in states that this tcpstat does not know");
  put(2);
  CHECK(shown_sample(taken)->coverage.warnings.at(0).message == "2 rows are in states that this tcpstat does not know");
}

TEST_CASE("users of a sample are its own, and listeners are rows, too") {
  test::TableNames names;
  names.users = {{1000, "alice"}};
  RecordedSample taken = sample(kThree, 7);
  record::RowPacker rows(names, {.boot_ms = 1});
  Listener listener = test::listener(test::endpoint("0.0.0.0", 22));
  listener.cookie = 9;
  rows.listener(listener);
  taken.rows = rows.take();
  const auto shown = shown_sample(taken);
  CHECK(shown->rows.listeners().size() == 1);
  CHECK(shown->users.at(1000) == "alice");
}

}  // namespace
}  // namespace tcpstat::records
