#include "parsers/host/replayed_record.h"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>

#include "records/written_record.h"
#include "report/source_names.h"

namespace tcpstat::host {
namespace {

using records::kThree;
using records::sample;
using std::chrono::seconds;

/// Three samples ten seconds apart, of which the second keeps a part.
struct Replayed {
  records::Record record;

  Replayed() {
    const auto writer = record.writer();
    for (int i = 0; i < 3; ++i) {
      records::RecordedSample taken = sample(kThree + seconds(10 * i), 100 + i, seconds(1000 + 10 * i));
      record::CountsPacker counts;
      KernelFacts facts;
      facts.counters.tcp_timeouts = 70 + static_cast<std::uint64_t>(i);
      record::add_facts(facts, counts);
      record::add_open_files({{.pid = 5, .limit = 1024}}, counts);
      taken.counts = counts.take();
      if (i == 1) taken.flags = record::rows_limited;
      REQUIRE(writer->add(taken));
    }
  }
  [[nodiscard]] std::unique_ptr<ReplayedRecord> open(seconds from, seconds to) const {
    auto opened = ReplayedRecord::open(record.path, kThree + from, kThree + to);
    REQUIRE(opened);
    return std::move(*opened);
  }
};

std::uint16_t shown_port(ReplayedRecord& replay) {
  records::PortOf port;
  Coverage coverage;
  REQUIRE(replay.read({}, port, coverage));
  return port.port;
}

TEST_CASE("a replay has the samples between two times, and stands before the first") {
  const Replayed replayed;
  CHECK(replayed.open(seconds(0), seconds(20))->samples() == 3);
  CHECK(replayed.open(seconds(1), seconds(19))->samples() == 1);
  CHECK(replayed.open(seconds(10), seconds(10))->samples() == 1);
  CHECK(replayed.open(seconds(-100), seconds(100))->samples() == 3);
  const auto replay = replayed.open(seconds(0), seconds(20));
  CHECK(replay->position() == 0);
  const auto none = ReplayedRecord::open(replayed.record.path, kThree + seconds(21), kThree + seconds(30));
  REQUIRE_FALSE(none);
  CHECK(none.error().sentence() ==
        "cannot replay " + replayed.record.path +
            ": it has no sample from 2026-11-27T03:00:21.000Z to 2026-11-27T03:00:30.000Z (tcpstat history --record " +
            replayed.record.path + " says which samples there are)");
  CHECK_FALSE(ReplayedRecord::open(replayed.record.path + "/none", kThree, kThree));
}

TEST_CASE("a replay steps to samples that are there, on and back") {
  const Replayed replayed;
  const auto replay = replayed.open(seconds(0), seconds(20));
  CHECK_FALSE(replay->step(-1));
  CHECK_FALSE(replay->step(0));
  CHECK_FALSE(replay->step(4));
  CHECK(replay->position() == 0);
  REQUIRE(replay->step(1));
  CHECK(replay->position() == 1);
  CHECK(shown_port(*replay) == 100);
  CHECK_FALSE(replay->step(-1));
  CHECK(replay->position() == 1);
  REQUIRE(replay->step(2));
  CHECK(replay->position() == 3);
  CHECK(shown_port(*replay) == 102);
  CHECK_FALSE(replay->step(1));
  REQUIRE(replay->step(-1));
  CHECK(shown_port(*replay) == 101);
  const auto part = replayed.open(seconds(10), seconds(20));
  REQUIRE(part->step(1));
  CHECK(shown_port(*part) == 101);
}

TEST_CASE("a sample is shown with its time, its clock and its counts") {
  const Replayed replayed;
  const auto replay = replayed.open(seconds(0), seconds(20));
  CHECK_FALSE(replay->facts().host.has_value());
  CHECK_FALSE(replay->facts().kernel.has_value());
  CHECK_FALSE(replay->open_files_limit(5).has_value());
  REQUIRE(replay->step(2));
  CHECK(replay->facts().time == "2026-11-27T03:00:10.000Z");
  CHECK(replay->facts().host == "db1");
  CHECK(replay->facts().kernel == "6.1");
  CHECK(replay->clock().now().time_since_epoch() == seconds(1010));
  CHECK(replay->clock().wall_time().time_since_epoch() == kThree + seconds(10));
  CHECK(replay->kernel_counters().tcp_timeouts == 71);
  CHECK(replay->kernel_facts().counters.tcp_timeouts == 71);
  CHECK(replay->kernel_facts().boot_time == seconds(1010));
  CHECK(replay->open_files_limit(5) == 1024);
  CHECK_FALSE(replay->open_files_limit(6).has_value());
  const SourceNames names = replay->evidence_names();
  CHECK(names.rows == replayed.record.path);
  CHECK(names.saved);
  CHECK(names.options == "--record " + replayed.record.path + " --at 2026-11-27T03:00:10.000Z");
  CHECK(replay->is_file());
  CHECK(replay->source_name() == "file");
  CHECK(replay->shows_all_half_opens());
  CHECK_FALSE(replay->boot_id().has_value());
}

TEST_CASE("a part of the rows is told each time it is shown") {
  const Replayed replayed;
  const auto replay = replayed.open(seconds(0), seconds(20));
  const auto codes = [&] {
    records::PortOf port;
    Coverage coverage;
    REQUIRE(replay->read({}, port, coverage));
    std::string out;
    for (const Warning& one : coverage.warnings) out += one.code + " ";
    return out;
  };
  REQUIRE(replay->step(1));
  CHECK(codes() == "");
  REQUIRE(replay->step(1));
  CHECK(codes() == "record_limited ");
  REQUIRE(replay->step(1));
  CHECK(codes() == "");
}

TEST_CASE("what a record does not have is refused") {
  const Replayed replayed;
  const auto replay = replayed.open(seconds(0), seconds(20));
  CHECK(replay->owners().error().sentence() == "cannot look for owners in a record: its rows bring them");
}

TEST_CASE("a damaged sample has its time and no rows, and others are shown") {
  const Replayed replayed;
  const std::string rows = replayed.record.file_of_rows();
  const auto frames = records::frames_of(rows);
  records::overwrite(rows, frames[1].offset + record::kHeaderBytes, "xxxx");
  const auto replay = replayed.open(seconds(0), seconds(20));
  REQUIRE(replay->step(1));
  CHECK(shown_port(*replay) == 100);
  REQUIRE(replay->step(1));
  CHECK(replay->facts().time == "2026-11-27T03:00:10.000Z");
  CHECK_FALSE(replay->open_files_limit(5).has_value());
  records::PortOf port;
  Coverage coverage;
  const auto read = replay->read({}, port, coverage);
  REQUIRE_FALSE(read);
  CHECK(read.error().sentence() ==
        "cannot read the sample of 2026-11-27T03:00:10.000Z: this part of the record is damaged");
  CHECK(port.port == 0);
  REQUIRE(replay->step(-1));
  CHECK(shown_port(*replay) == 100);
}

TEST_CASE("what could not be read of a record is told with the first sample") {
  const Replayed replayed;
  record::FileHeader header;
  header.major = record::kMajor + 1;
  std::ofstream(replayed.record.path + "/rows-x.tcr") << encode(header);
  const auto replay = replayed.open(seconds(0), seconds(20));
  REQUIRE(replay->step(1));
  for (const std::size_t told : {1U, 0U}) {
    records::PortOf port;
    Coverage coverage;
    REQUIRE(replay->read({}, port, coverage));
    CHECK(coverage.warnings.size() == told);
    CHECK(coverage.complete == (told == 0));
  }
}

}  // namespace
}  // namespace tcpstat::host
