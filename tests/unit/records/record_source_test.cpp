#include "parsers/records/record_source.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <ostream>

#include "model/tcp_info.h"
#include "parsers/host/opened_host.h"
#include "records/written_record.h"

namespace tcpstat::records {
namespace {

enum class Asked : std::uint8_t { no, yes };

TEST_CASE("tcp_info that is older than the sample is told with its age, to whom asks for it") {
  Record record;
  const auto writer = record.writer();
  for (const int second : {0, 10, 60}) {
    RecordedSample taken = sample(kThree + seconds(second), 1);
    test::TableNames names;
    record::RowPacker rows(names, {.depth = second == 0 ? record::Depth::every_row : record::Depth::trouble_alone,
                                   .boot_ms = static_cast<std::uint64_t>(taken.boot_ns / 1'000'000)});
    Connection row =
        test::connection(State::established, test::endpoint("192.0.2.1", 80), test::endpoint("192.0.2.2", 9));
    row.cookie = 1;
    std::vector<std::byte> info;
    set_tcp_info_value(info, tcp_info_field("rtt_us"), 1234);
    row.tcp_info = {info, 0};
    rows.connection(row);
    taken.rows = rows.take();
    REQUIRE(writer->add(taken));
  }
  const auto codes_at = [&](seconds at, Asked asked) {
    source::SourceOptions options;
    options.at = at;
    const auto source = make_record_source(options, record.path);
    RunFacts facts;
    REQUIRE(source->prepare(facts));
    filter::Query query;
    query.parts.tcp_info = asked == Asked::yes;
    PortOf port;
    Coverage coverage;
    REQUIRE(source->read(query, port, coverage));
    std::string said;
    for (const Warning& warning : coverage.warnings) {
      if (warning.code == "record_tcp_info") said = warning.message;
    }
    return said;
  };
  CHECK(codes_at(kThree + seconds(60), Asked::yes) ==
        "tcp_info of rows without trouble is up to 60 s older than the sample (tcpstat record -i keeps all)");
  CHECK(codes_at(kThree + seconds(60), Asked::no).empty());
  CHECK(codes_at(kThree + seconds(10), Asked::yes).empty());
}

TEST_CASE("a sample is not held against one of before the host was started anew, however well their times fit") {
  Record record;
  for (const int boot : {1, 2}) {
    record.boot = static_cast<std::uint8_t>(boot);
    const auto writer = record.writer();
    REQUIRE(writer);
    for (int i = 0; i < 2; ++i) REQUIRE(writer->add(sample(kThree + seconds(20 * boot + 10 * i), 10 * boot + i)));
  }
  const auto earlier_of = [&](seconds at) {
    const auto host = host::open_host({.source = host::SourceId::record, .file = record.path, .at = kThree + at});
    REQUIRE(host);
    const auto earlier = (*host)->earlier();
    return earlier == nullptr ? "none" : earlier->facts().time;
  };
  CHECK(earlier_of(seconds(30)) == "2026-11-27T03:00:20.000Z");
  CHECK(earlier_of(seconds(40)) == "none");
  CHECK(earlier_of(seconds(50)) == "2026-11-27T03:00:40.000Z");
}

TEST_CASE("a sample is not held against one of before a gap") {
  Record record;
  const auto writer = record.writer();
  REQUIRE(writer);
  for (const int at : {0, 7200, 7210, 7231, 7262}) {
    REQUIRE(writer->add(sample(kThree + seconds(at), at, seconds(1000 + at))));
  }
  const auto earlier_of = [&](seconds at) {
    const auto host = host::open_host({.source = host::SourceId::record, .file = record.path, .at = kThree + at});
    REQUIRE(host);
    const auto earlier = (*host)->earlier();
    return earlier == nullptr ? "none" : earlier->facts().time;
  };
  CHECK(earlier_of(seconds(7200)) == "none");
  CHECK(earlier_of(seconds(7210)) == "2026-11-27T05:00:00.000Z");
  // Two intervals and five seconds are no gap.
  CHECK(earlier_of(seconds(7231)) == "2026-11-27T05:00:10.000Z");
  CHECK(earlier_of(seconds(7262)) == "none");
}

TEST_CASE("a link in place of a file is not followed, and a directory of others is refused by name") {
  Record record;
  Record other;
  {
    const auto writer = other.writer();
    REQUIRE(writer->add(sample(kThree, 1)));
  }
  std::filesystem::create_symlink(other.file_of_rows(), record.path + "/rows-x.tcr");
  CHECK(shown_at(record.path, kThree).text.find("cannot") == 0);
  CHECK(shown_at(record.path + "/none", kThree).text ==
        "cannot open the record " + record.path + "/none: No such file or directory (tcpstat record --record " +
            record.path + "/none makes one)");
}

/// The source of a record of three samples, ten seconds apart.
struct ThreeSamples {
  Record record;
  std::unique_ptr<source::Source> source;
  RunFacts facts;

  explicit ThreeSamples(std::optional<seconds> at = {}) {
    const auto writer = record.writer();
    for (int i = 0; i < 3; ++i) REQUIRE(writer->add(sample(kThree + seconds(10 * i), 100 + i, seconds(1000 + 10 * i))));
    source::SourceOptions options;
    if (at) options.at = *at;
    source = make_record_source(options, record.path);
    REQUIRE(source->prepare(facts));
  }
};

TEST_CASE("a record is a file that brings its names and facts") {
  const ThreeSamples last;
  CHECK(last.source->name() == "file");
  CHECK(last.source->names() != nullptr);
  CHECK(last.source->brings_user_names());
  CHECK(last.source->brings_owners());
  CHECK(last.facts.time == "2026-11-27T03:00:20.000Z");
  CHECK(last.facts.host == "db1");
  CHECK(last.facts.kernel == "6.1");
  CHECK(last.source->boot_id() == record::boot_text({1}));
  CHECK(last.source->kernel_facts().boot_time == seconds(1020));
  CHECK_FALSE(last.source->open_files_limit(5).has_value());
  PortOf port;
  Coverage coverage;
  REQUIRE(last.source->read({}, port, coverage));
  CHECK(port.port == 102);
  REQUIRE(coverage.warnings.size() == 1);
  CHECK(coverage.warnings[0].code == "sample_time");
  CHECK(coverage.warnings[0].message == "showing the sample of 2026-11-27T03:00:20.000Z of " + last.record.path);
  CHECK(coverage.complete);
}

TEST_CASE("an earlier sample is five seconds or more before the one that is shown, and not much more") {
  const ThreeSamples second(kThree + seconds(15));
  CHECK(second.facts.time == "2026-11-27T03:00:10.000Z");
  const auto earlier = second.source->earlier();
  REQUIRE(earlier);
  CHECK(earlier->at == kThree + seconds(5));
  CHECK(earlier->most_between == seconds(25));
}

TEST_CASE("a record without a sample of that time tells where it begins, or that it has none") {
  Record record;
  CHECK(shown_at(record.path, {}).text == "cannot show " + record.path + ": it has no sample");
  CHECK(shown_at(record.path, kThree).text ==
        "cannot show " + record.path + " at 2026-11-27T03:00:00.000Z: it has no sample");
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(sample(kThree, 1)));
  }
  CHECK(shown_at(record.path, kThree).text == "1");
  CHECK(shown_at(record.path, kThree - seconds(1)).text ==
        "cannot show " + record.path + " at 2026-11-27T02:59:59.000Z: its first sample is of 2026-11-27T03:00:00.000Z");
  const std::string rows = record.file_of_rows();
  std::filesystem::resize_file(rows, record::kHeaderBytes);
  CHECK(shown_at(record.path, kThree).text ==
        "cannot show " + record.path + " at 2026-11-27T03:00:00.000Z: it has no whole sample of that time or before");
  CHECK(shown_at(record.path, {}).text == "cannot show " + record.path + ": it has no whole sample");
}

TEST_CASE("of a sample with a part of its rows the numbers of all are told") {
  Record record;
  {
    const auto writer = record.writer();
    RecordedSample taken = sample(kThree, 1);
    taken.flags = record::rows_limited;
    taken.sockets = 9000;
    REQUIRE(writer->add(taken));
  }
  const Shown shown = shown_at(record.path, {});
  CHECK(shown.codes == std::vector<std::string>{"record_limited"});
  CHECK(shown.said.starts_with("showing the sample of 2026-11-27T03:00:00.000Z of " + record.path +
                               "\nof 9000 sockets 1 was recorded; "));
  CHECK_FALSE(shown.complete);
}

}  // namespace
}  // namespace tcpstat::records
