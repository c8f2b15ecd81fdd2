#include "parsers/logs/saved_sample.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::logs {
namespace {

Connection row_with_cookie(State state, std::uint64_t cookie) {
  Connection row = test::connection(state, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40000));
  row.cookie = cookie;
  return row;
}

TEST_CASE("of a socket that comes again the last row counts, in its place") {
  SavedSample sample;
  sample.add(row_with_cookie(State::established, 1));
  sample.add(row_with_cookie(State::established, 2));
  sample.add(row_with_cookie(State::close_wait, 1));
  sample.add(row_with_cookie(State::established, 2));
  REQUIRE(sample.rows.connections().size() == 2);
  CHECK(sample.rows.connections()[0].state == State::close_wait);
  CHECK(sample.rows.connections()[1].cookie == 2U);
  CHECK(sample.coverage.rows_read == 2);
  CHECK(sample.coverage.duplicates_dropped == 2);
  CHECK(sample.changed() == 1);
}

TEST_CASE("a row of a kernel gets what follows from it without its sysctls, and keeps what it brings") {
  Connection row = row_with_cookie(State::syn_recv, 1);
  row.minisocket = true;
  row.inode = 0;
  row.retransmits = 3;
  row.flags.add(RowFlag::leak);
  SavedSample sample;
  sample.complete(row, SavedSample::Alike::one);
  const Connection& kept = sample.rows.connections().at(0);
  CHECK(kept.origin == Origin::file);
  CHECK(kept.orphan == Orphan::half_open);
  CHECK(kept.flags.has(RowFlag::stale));
  CHECK(kept.flags.has(RowFlag::leak));
  CHECK_FALSE(kept.flags.has(RowFlag::client_retry));
  CHECK_FALSE(kept.age_ms);
}

TEST_CASE("rows that only their tuple tells apart are one, two, or two where they stand side by side") {
  Connection row = row_with_cookie(State::time_wait, 1);
  row.cookie.reset();
  row.inode = 0;
  const auto kept = [&](SavedSample::Alike alike) {
    SavedSample sample;
    sample.add(row, alike);
    sample.add(row, alike);
    sample.add(row_with_cookie(State::established, 9), alike);
    sample.add(row, alike);
    return sample.rows.connections().size() - 1;
  };
  CHECK(kept(SavedSample::Alike::one) == 1);
  CHECK(kept(SavedSample::Alike::kept_side_by_side) == 2);
  CHECK(kept(SavedSample::Alike::kept) == 3);
}

TEST_CASE("a sample is handed over when the next one begins, and the last one at the end") {
  std::vector<std::size_t> sizes;
  SavedSamples samples(
      [&](const std::unique_ptr<SavedSample>& sample) { sizes.push_back(sample->rows.connections().size()); });
  CHECK_FALSE(samples.is_open());
  samples.current().add(row_with_cookie(State::established, 1));
  samples.current().add(row_with_cookie(State::established, 2));
  samples.begin();
  CHECK(sizes == std::vector<std::size_t>{2});
  samples.end();
  samples.end();
  CHECK(sizes == std::vector<std::size_t>{2, 0});
}

}  // namespace
}  // namespace tcpstat::logs
