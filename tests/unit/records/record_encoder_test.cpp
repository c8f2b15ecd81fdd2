#include "parsers/records/record_encoder.h"

#include <doctest/doctest.h>

#include <ostream>

#include "records/written_record.h"

namespace tcpstat::records {
namespace {

record::FrameHeader header_at(std::int64_t wall_ns, std::int64_t boot_ns) {
  record::FrameHeader header;
  header.wall_ns = wall_ns;
  header.boot_ns = boot_ns;
  return header;
}

TEST_CASE("a file ends with its hour, or day, and where the clock moved by more than a second") {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kHour = 3600 * kSecond;
  struct Row {
    std::string_view name;
    std::int64_t from;
    std::int64_t to;
    std::int64_t booted;  ///< between them, by the boot clock
    bool rows;
    bool counts;
  };
  for (const Row& row : {Row{"in the hour", 24 * kHour, 25 * kHour - 1, kHour - 1, false, false},
                         Row{"the next hour", 25 * kHour - 1, 25 * kHour, 1, true, false},
                         Row{"the next day", 48 * kHour - 1, 48 * kHour, 1, true, true},
                         Row{"forward by a second", 24 * kHour, 24 * kHour + 3 * kSecond, 2 * kSecond, false, false},
                         Row{"by more", 24 * kHour, 24 * kHour + 3 * kSecond + 1, 2 * kSecond, true, true},
                         Row{"back by a second", 24 * kHour, 24 * kHour + kSecond, 2 * kSecond, false, false},
                         Row{"back by more", 24 * kHour, 24 * kHour + kSecond - 1, 2 * kSecond, true, true}}) {
    CAPTURE(row.name);
    const record::FrameHeader before = header_at(row.from, 5 * kSecond);
    const record::FrameHeader now = header_at(row.to, 5 * kSecond + row.booted);
    CHECK(begins_anew(record::FileKind::rows, before, now) == row.rows);
    CHECK(begins_anew(record::FileKind::counts, before, now) == row.counts);
  }
}

TEST_CASE("a sample's frames share what is known of it, and are numbered on") {
  RecordedSample taken = sample(kThree, 7, seconds(500), 2);
  taken.dump_us = 1234;
  taken.sockets = 99;
  taken.flags = record::partial_dump;
  taken.identity = record::Identity::ends;
  RecordEncoder encoder(record::row_columns(record::InfoChoice::some), 41);
  CHECK(encoder.next_is_key());
  const EncodedSample first = encoder.encode(taken);
  CHECK(first.header.sample == 41);
  CHECK(first.header.wall_ns == taken.wall_ns);
  CHECK(first.header.boot_ns == taken.boot_ns);
  CHECK(first.header.dump_us == 1234);
  CHECK(first.header.sockets == 99);
  CHECK(first.header.rows == 3);
  CHECK(first.header.flags == record::partial_dump);
  CHECK(first.identity == record::Identity::ends);
  CHECK(first.stands_alone());
  CHECK(first.bytes() == first.rows.size() + first.counts.size());
  const auto rows = record::decode_frame_header(first.rows);
  const auto counts = record::decode_frame_header(first.counts);
  REQUIRE(rows);
  REQUIRE(counts);
  for (const record::FrameHeader& header : {*rows, *counts}) {
    CHECK(header.kind == record::FrameKind::key);
    CHECK(header.sample == 41);
    CHECK(header.wall_ns == taken.wall_ns);
    CHECK(header.boot_ns == taken.boot_ns);
  }
  CHECK(rows->rows == 3);
  CHECK(counts->rows == 1);
  CHECK_FALSE(encoder.next_is_key());
  const EncodedSample second = encoder.encode(sample(kThree + seconds(10), 7, seconds(510), 2));
  CHECK(second.header.sample == 42);
  CHECK(second.rows_kind == record::FrameKind::difference);
  CHECK(second.counts_kind == record::FrameKind::difference);
  CHECK(record::decode_frame_header(second.rows)->kind == record::FrameKind::difference);
}

TEST_CASE("every sixtieth sample has all of its rows, every 360th all of its counts") {
  RecordEncoder encoder(record::row_columns(record::InfoChoice::some), 1);
  for (int i = 0; i < 722; ++i) {
    CAPTURE(i);
    CHECK(encoder.next_is_key() == (i % 60 == 0));
    const EncodedSample one = encoder.encode(sample(kThree + seconds(i), 7, seconds(500 + i)));
    CHECK((one.rows_kind == record::FrameKind::key) == (i % 60 == 0));
    CHECK((one.counts_kind == record::FrameKind::key) == (i % 360 == 0));
    CHECK(one.stands_alone() == (i % 360 == 0));
  }
  encoder.begin_anew();
  CHECK(encoder.next_is_key());
  CHECK(encoder.encode(sample(kThree + seconds(722), 7, seconds(1222))).stands_alone());
  CHECK_FALSE(encoder.encode(sample(kThree + seconds(723), 7, seconds(1223))).stands_alone());
}

TEST_CASE("a file that begins anew begins with a whole sample") {
  RecordEncoder encoder(record::row_columns(record::InfoChoice::some), 1);
  encoder.encode(sample(kThree, 7, seconds(500)));
  const EncodedSample next_hour = encoder.encode(sample(kThree + hours(1), 7, seconds(4100)));
  CHECK(next_hour.rows_kind == record::FrameKind::key);
  CHECK(next_hour.counts_kind == record::FrameKind::difference);
  CHECK_FALSE(next_hour.stands_alone());
  CHECK(encoder.encode(sample(kThree + hours(22), 7, seconds(79'700))).stands_alone());
}

}  // namespace
}  // namespace tcpstat::records
