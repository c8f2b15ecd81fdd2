#include "parsers/records/record_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "records/written_record.h"

namespace tcpstat::records {
namespace {

/// Ten seconds apart, by a writer that ends in order.
void write_samples(Record& record, int count) {
  const auto writer = record.writer();
  for (int i = 0; i < count; ++i) REQUIRE(writer->add(sample(kThree + seconds(10 * i), 1 + i)));
}

/// As if its writer had been killed: without the frame that says that no more will come.
void kill_writer_of(const std::string& file) {
  const std::vector<FrameAt> frames = frames_of(file);
  REQUIRE(frames.back().header.kind == record::FrameKind::end);
  std::filesystem::resize_file(file, frames.back().offset);
}

TEST_CASE("who asks for counts keeps the sample that was loaded") {
  Record record;
  const auto writer = record.writer();
  REQUIRE(writer);
  for (int i = 0; i < 3; ++i) REQUIRE(writer->add(sample(kThree + seconds(10 * i), 1000 + i)));
  auto store = RecordStore::open(record.path);
  REQUIRE(store);
  Coverage coverage;
  REQUIRE(store->index(kThree, kThree + minutes(1), coverage));
  REQUIRE(store->samples() == 3);
  REQUIRE(store->load(1));
  int counted = 0;
  const auto visit = [&](const record::FileHeader&, const record::FrameHeader&, const record::Table&) { ++counted; };
  REQUIRE(store->counts(kThree, kThree + minutes(1), coverage, visit));
  CHECK(counted == 3);
  CHECK(store->samples() == 3);
  CHECK(std::chrono::nanoseconds(store->header().wall_ns) == kThree + seconds(10));
  CHECK(store->table().rows() == 1);
}

TEST_CASE("each sample is found by its time, over key frames, hours and restarts") {
  Record record;
  for (int run = 0; run < 2; ++run) {
    const auto writer = record.writer();
    REQUIRE(writer);
    for (int i = 0; i < 200; ++i)
      REQUIRE(writer->add(sample(kThree + run * hours(2) + seconds(20 * i), 1000 + run * 200 + i)));
  }
  CHECK(record.said.empty());
  // Two runs, and the hour ends in each.
  CHECK(record.files().size() == 1 + 4 + 2);
  for (const int run : {0, 1}) {
    for (const int i : {0, 1, 59, 60, 61, 179, 180, 199}) {
      const seconds at = kThree + run * hours(2) + seconds(20 * i);
      CHECK(shown_at(record.path, at).text == std::to_string(1000 + run * 200 + i));
      CHECK(shown_at(record.path, at + seconds(19)).text == std::to_string(1000 + run * 200 + i));
    }
  }
  CHECK(shown_at(record.path, std::nullopt).text == "1399");
  CHECK(shown_at(record.path, kThree - seconds(1)).text ==
        "cannot show " + record.path + " at 2026-11-27T02:59:59.000Z: its first sample is of 2026-11-27T03:00:00.000Z");
  // One file can go elsewhere.
  CHECK(shown_at(record.file_of_rows(1), kThree + seconds(3600)).text == "1180");
  Coverage coverage;
  CHECK(counted_in(record.path, kThree + seconds(20), kThree + seconds(60), coverage) ==
        std::vector<std::uint64_t>{1001, 1002, 1003});
  CHECK(counted_in(record.path, kThree, kThree + hours(24), coverage).size() == 400);
  CHECK(coverage.complete);
}

TEST_CASE("a time at which nothing was recorded is told, with the sample before it") {
  Record record;
  const auto writer = record.writer();
  REQUIRE(writer->add(sample(kThree, 1)));
  REQUIRE(writer->add(sample(kThree + minutes(10), 2)));
  const Shown in_gap = shown_at(record.path, kThree + minutes(5));
  CHECK(in_gap.text == "1");
  CHECK(in_gap.codes == std::vector<std::string>{"record_gap"});
  CHECK_FALSE(in_gap.complete);
  const Shown behind = shown_at(record.path, kThree + hours(5));
  CHECK(behind.text == "2");
  CHECK_FALSE(behind.complete);
  CHECK(shown_at(record.path, kThree + seconds(9)).complete);
}

TEST_CASE("where a writer was ended in the first sample of a file, that before the file is shown") {
  Record record;
  for (const int run : {0, 1}) {
    record.boot = static_cast<std::uint8_t>(run + 1);
    const auto writer = record.writer();
    for (int i = 0; i < 3; ++i)
      REQUIRE(writer->add(sample(kThree + minutes(run) + seconds(10 * i), 100 * run + i + 1)));
  }
  const std::string newest = record.file_of_rows(1);
  REQUIRE_FALSE(newest.empty());
  auto file = RecordFile::open(newest);
  REQUIRE(file);
  std::vector<Damage> damages;
  const std::vector<FrameAt> frames = *file->frames(damages);
  std::filesystem::resize_file(newest, frames[0].end() - 1);
  const Shown last = shown_at(record.path, std::nullopt);
  CHECK(last.text == "3");
  CHECK(std::find(last.codes.begin(), last.codes.end(), "record_tail") != last.codes.end());
  CHECK(shown_at(record.path, kThree + minutes(2)).text == "3");
  CHECK(shown_at(record.path, kThree + seconds(10)).text == "2");
  // A record of that file alone has nothing to show, and no false reason.
  std::filesystem::remove(record.file_of_rows(0));
  CHECK(shown_at(record.path, std::nullopt).text == "cannot show " + record.path + ": it has no whole sample");
}

TEST_CASE("a destroyed part costs the samples up to the next key frame, and that is told") {
  Record record;
  {
    const auto writer = record.writer();
    for (int i = 0; i < 130; ++i) REQUIRE(writer->add(sample(kThree + seconds(10 * i), 100 + i)));
  }
  auto file = RecordFile::open(record.file_of_rows());
  std::vector<Damage> damages;
  const std::vector<FrameAt> frames = *file->frames(damages);
  {
    std::fstream out(record.file_of_rows(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(frames[70].offset));
    out << std::string(20, 'x');
  }
  CHECK(shown_at(record.path, kThree + seconds(690)).text == "169");
  const Shown lost = shown_at(record.path, kThree + seconds(800));
  CHECK(lost.text == "169");
  CHECK_FALSE(lost.complete);
  CHECK(std::find(lost.codes.begin(), lost.codes.end(), "record_damaged") != lost.codes.end());
  CHECK(shown_at(record.path, kThree + seconds(1200)).text == "220");
  // A payload whose checksum is wrong is the same.
  {
    std::fstream out(record.file_of_rows(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(frames[125].offset + record::kHeaderBytes));
    out << 'x';
  }
  const Shown later = shown_at(record.path, kThree + seconds(1290));
  CHECK(later.text == "224");
  CHECK_FALSE(later.complete);
}

TEST_CASE("a file of a later version is told, and hides nothing else") {
  Record record;
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(sample(kThree, 1)));
  }
  record::FileHeader header;
  header.major = record::kMajor + 1;
  std::ofstream(record.path + "/rows-20271127T030000Z-0000000000000099.tcr") << encode(header);
  const Shown shown = shown_at(record.path, kThree);
  CHECK(shown.text == "1");
  CHECK(shown.codes == std::vector<std::string>{"record_unread"});
  CHECK_FALSE(shown.complete);
}

TEST_CASE("what could not be read is the reason where no sample is left") {
  Record record;
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(sample(kThree, 1)));
  }
  record::FileHeader header;
  header.major = record::kMajor + 1;
  std::ofstream(record.file_of_rows(), std::ios::trunc) << encode(header);
  CHECK(shown_at(record.path, kThree).text.find("record format " + std::to_string(record::kMajor + 1)) !=
        std::string::npos);
}

TEST_CASE("of a time that was thinned it is told how far samples lie apart, also where that is weeks") {
  const auto write = [](Record& record, std::optional<std::uint64_t> most_bytes, seconds last = seconds(200'000)) {
    record.interval = seconds(80'000);
    const auto writer = record.writer({.keep = {}, .most_bytes = most_bytes});
    for (int i = 0; i < 10; ++i) REQUIRE(writer->add(sample(kThree + seconds(i), 1 + i)));
    REQUIRE(writer->add(sample(kThree + last, 99)));
    std::uint64_t bytes = 0;
    for (const std::string& name : record.files()) bytes += std::filesystem::file_size(record.path + "/" + name);
    return bytes;
  };
  Record whole;
  const std::uint64_t bytes = write(whole, {});
  Record thinned;
  write(thinned, bytes - 100);
  CHECK(shown_at(thinned.path, kThree + seconds(170'000)).said.find("only a sample in 4800000 s was kept") !=
        std::string::npos);
  // Beyond the next sample that thinning would have kept there is none because nobody recorded.
  constexpr seconds kReach(61 * 80'000);
  Record left_off;
  write(left_off, bytes - 100, 2 * kReach);
  CHECK(shown_at(left_off.path, kThree + kReach).codes == std::vector<std::string>{"record_thinned"});
  const Shown gap = shown_at(left_off.path, kThree + kReach + seconds(1));
  CHECK(gap.codes == std::vector<std::string>{"record_gap"});
  CHECK_FALSE(gap.complete);
  CHECK(gap.said.find("could not be written") == std::string::npos);
}

TEST_CASE("what a writer does to a file meanwhile is no damage") {
  const auto why = [](auto&& change) {
    Record record;
    write_samples(record, 3);
    auto store = RecordStore::open(record.path);
    REQUIRE(store);
    Coverage coverage;
    REQUIRE(store->index(kThree, kThree + minutes(1), coverage));
    REQUIRE(store->samples() == 3);
    change(record.file_of_rows());
    CHECK_FALSE(store->load(0));
    return store->why_not();
  };
  CHECK(why([](const std::string& file) { std::filesystem::remove(file); }) ==
        "its file was removed meanwhile (--keep, --max-size)");
  CHECK(why([](const std::string& file) {
          std::filesystem::copy_file(file, file + ".tmp");
          std::filesystem::rename(file + ".tmp", file);
        }) == "its file was thinned meanwhile, and has other samples now; start again");
  CHECK(why([](const std::string& file) { overwrite(file, record::kHeaderBytes * 2 + 4, "xxxx"); }) ==
        "this part of the record is damaged");
}

TEST_CASE("a clock that is set back begins a file of its own, and the later one is shown") {
  Record record;
  const auto writer = record.writer();
  const seconds boot(5000);
  REQUIRE(writer->add(sample(kThree, 1, boot)));
  REQUIRE(writer->add(sample(kThree + seconds(10), 2, boot + seconds(10))));
  REQUIRE(writer->add(sample(kThree - seconds(30), 3, boot + seconds(20))));
  REQUIRE(writer->add(sample(kThree + seconds(10), 4, boot + seconds(60))));
  CHECK(shown_at(record.path, kThree + seconds(10)).text == "4");
  CHECK(shown_at(record.path, kThree - seconds(30)).text == "3");
}

TEST_CASE("files of a record by their names") {
  CHECK(is_record_name("rows-x.tcr"));
  CHECK(is_record_name("counts-20261127T030000Z-0000000000000001.tcr"));
  for (const char* name : {"rows-x", "rows-x.tcr.tmp", "xrows-x.tcr", "lock", "count-x.tcr", ".tcr"}) {
    CAPTURE(name);
    CHECK_FALSE(is_record_name(name));
  }
}

std::string header_of(record::FileKind kind, std::uint64_t first_sample) {
  record::FileHeader header;
  header.kind = kind;
  header.first_sample = first_sample;
  header.made_ns = static_cast<std::int64_t>(first_sample) * 1000;
  return encode(header);
}

TEST_CASE("files are listed in the order of their samples, rows before counts, and what is not made yet is left out") {
  Record record;
  const auto put = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(record.path + "/" + name, std::ios::binary) << bytes;
  };
  put("counts-a.tcr", header_of(record::FileKind::counts, 1));
  put("rows-c.tcr", header_of(record::FileKind::rows, 1));
  put("rows-b.tcr", header_of(record::FileKind::rows, 300) + "xy");
  put("rows-empty.tcr", "");
  put("rows-short.tcr", std::string(63, 'x'));
  put("other.txt", "x");
  std::vector<Error> refused;
  const auto files = list_files(record.path, &refused);
  REQUIRE(files);
  CHECK(refused.empty());
  REQUIRE(files->size() == 3);
  CHECK((*files)[0].name == "rows-c.tcr");
  CHECK((*files)[1].name == "counts-a.tcr");
  CHECK((*files)[2].name == "rows-b.tcr");
  CHECK((*files)[2].kind == record::FileKind::rows);
  CHECK((*files)[1].kind == record::FileKind::counts);
  CHECK((*files)[2].first_sample == 300);
  CHECK((*files)[2].begin == std::chrono::nanoseconds(300'000));
  CHECK((*files)[2].bytes == record::kHeaderBytes + 2);
  put("rows-bad.tcr", std::string(64, 'x'));
  REQUIRE(list_files(record.path, &refused));
  CHECK(refused.size() == 1);
  CHECK(list_files(record.path, nullptr)->size() == 3);
}

TEST_CASE("a record begins with its first file of rows") {
  Record record;
  CHECK_FALSE(RecordStore::open(record.path)->first_time().has_value());
  const auto writer = record.writer();
  REQUIRE(writer->add(sample(kThree, 1)));
  REQUIRE(writer->add(sample(kThree + hours(1), 2)));
  const auto store = RecordStore::open(record.path);
  REQUIRE(store);
  CHECK(store->path() == record.path);
  CHECK(store->first_time() == kThree);
  const auto one = RecordStore::open(record.file_of_rows(1));
  REQUIRE(one);
  CHECK(one->first_time() == kThree + hours(1));
}

TEST_CASE("an index has the samples between two times, and those around them that are in the same files") {
  Record record;
  {
    const auto writer = record.writer();
    for (int i = 0; i < 6; ++i) REQUIRE(writer->add(sample(kThree + minutes(30 * i), 10 + i)));
  }
  auto store = RecordStore::open(record.path);
  REQUIRE(store);
  const auto indexed = [&](seconds from, seconds to) {
    Coverage coverage;
    REQUIRE(store->index(from, to, coverage));
    return store->samples();
  };
  CHECK(indexed(kThree, kThree + hours(9)) == 6);
  CHECK(indexed(kThree, kThree) == 2);
  CHECK(indexed(kThree + hours(1), kThree + hours(1)) == 2);
  CHECK(store->time(0) == kThree + hours(1));
  CHECK(store->time(1) == kThree + minutes(90));
  CHECK(indexed(kThree + minutes(59), kThree + hours(1)) == 4);
  CHECK(indexed(kThree - hours(2), kThree - seconds(1)) == 0);
  CHECK(indexed(kThree + hours(9), kThree + hours(10)) == 2);
}

TEST_CASE("samples are loaded in any order") {
  Record record;
  {
    const auto writer = record.writer();
    for (int i = 0; i < 130; ++i) REQUIRE(writer->add(sample(kThree + seconds(i), 1000 + i)));
  }
  auto store = RecordStore::open(record.path);
  Coverage coverage;
  REQUIRE(store->index(kThree, kThree + hours(1), coverage));
  REQUIRE(store->samples() == 130);
  for (const std::size_t at : {129U, 0U, 1U, 1U, 5U, 4U, 60U, 61U, 59U, 120U, 119U}) {
    CAPTURE(at);
    REQUIRE(store->load(at));
    CHECK(store->header().wall_ns == std::chrono::nanoseconds(kThree + seconds(at)).count());
    CHECK(store->file_header().interval_ms == 10'000);
    PortOf port;
    RecordedNames names;
    record::unpack(store->table(), 0, names, port);
    CHECK(port.port == 1000 + at);
  }
}

TEST_CASE("a gap is told with the samples around it, or with the file behind it") {
  Record record;
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(sample(kThree, 1)));
    REQUIRE(writer->add(sample(kThree + minutes(10), 2)));
  }
  CHECK(shown_at(record.path, kThree + seconds(20)).complete);
  CHECK(shown_at(record.path, kThree + seconds(21))
            .said.starts_with("nothing was recorded between 2026-11-27T03:00:00.000Z and 2026-11-27T03:10:00.000Z; "
                              "showing the sample of "
                              "2026-11-27T03:00:00.000Z\n"));
  CHECK(
      shown_at(record.path, kThree + minutes(11))
          .said.starts_with(
              "nothing was recorded after 2026-11-27T03:10:00.000Z; showing the sample of 2026-11-27T03:10:00.000Z\n"));
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(sample(kThree + hours(2), 3)));
  }
  CHECK(shown_at(record.path, kThree + minutes(11))
            .said.starts_with(
                "nothing was recorded after 2026-11-27T03:10:00.000Z until 2026-11-27T05:00:00.000Z; showing"));
  CHECK(shown_at(record.path, {}).complete);
}

TEST_CASE("where the clock was set back it is told that there are two stretches of one time") {
  Record record;
  const seconds boot(5000);
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(sample(kThree + seconds(60), 1, boot)));
    REQUIRE(writer->add(sample(kThree + seconds(70), 2, boot + seconds(10))));
    REQUIRE(writer->add(sample(kThree + seconds(80), 3, boot + seconds(20))));
    for (int i = 0; i < 4; ++i) {
      REQUIRE(writer->add(sample(kThree + seconds(55 + 10 * i), 11 + i, boot + seconds(30 + 10 * i))));
    }
  }
  const std::string first = "rows-20261127T030100Z-0000000000000001.tcr";
  const auto told_at = [&](int second) {
    const Shown shown = shown_at(record.path, kThree + seconds(second));
    const bool told = shown.said.find("the clock was set back: " + first +
                                      " has samples of that time too; showing the later\n") != std::string::npos;
    return shown.text + (told ? " twice" : "") + (shown.complete ? "" : " incomplete");
  };
  CHECK(told_at(55) == "11");
  CHECK(told_at(59) == "11");
  CHECK(told_at(60) == "11 twice");
  CHECK(told_at(80) == "13 twice");
  CHECK(told_at(81) == "13");
  CHECK(told_at(85) == "14");
  CHECK(shown_at(record.path, {}).codes.empty());
  // A writer that was started anew is no such thing.
  record.boot = 2;
  {
    const auto writer = record.writer();
    REQUIRE(writer->add(sample(kThree + seconds(90), 21)));
  }
  CHECK(told_at(90) == "21");
}

TEST_CASE("where the clock was set back, samples of before it are found in the file before") {
  Record record;
  const seconds boot(5000);
  {
    const auto writer = record.writer();
    for (int i = 0; i < 6; ++i) REQUIRE(writer->add(sample(kThree + seconds(60 + i), 1 + i, boot + seconds(i))));
    for (int i = 0; i < 3; ++i) REQUIRE(writer->add(sample(kThree + seconds(50 + i), 11 + i, boot + seconds(6 + i))));
  }
  Coverage coverage;
  CHECK(counted_in(record.path, kThree + seconds(63), kThree + seconds(70), coverage) ==
        std::vector<std::uint64_t>{4, 5, 6});
  auto store = RecordStore::open(record.path);
  REQUIRE(store);
  REQUIRE(store->index(kThree + seconds(63), kThree + seconds(70), coverage));
  CHECK(store->samples() == 9);
  CHECK(coverage.complete);
  CHECK(period_of(record::FileKind::rows) == hours(1));
  CHECK(period_of(record::FileKind::counts) == hours(24));
}

/// What is lost of a record whose file of that kind was cut; empty if nothing.
std::string loss_of(const Record& record, const std::string& kind, std::uint64_t size, seconds to) {
  std::filesystem::resize_file(record.file_of(kind), size);
  Coverage coverage;
  if (kind == "counts") {
    counted_in(record.path, kThree, to, coverage);
  } else {
    auto store = RecordStore::open(record.path);
    REQUIRE(store);
    REQUIRE(store->index(kThree, to, coverage));
  }
  return coverage.complete ? "" : coverage.last_loss;
}

TEST_CASE("what one kind of file lacks and the other has is lost, not being written") {
  for (const std::string kind : {"counts", "rows"}) {
    CAPTURE(kind);
    Record record;
    write_samples(record, 5);
    const std::vector<FrameAt> frames = frames_of(record.file_of(kind));
    const std::string lack = "the files of " + kind + " lack the last ";
    // Its writer ended the other file, so it writes no more.
    CHECK(loss_of(record, kind, frames[4].end() - 1, kThree + hours(1)) ==
          lack + "1 sample, which is in those beside them");
    CHECK(loss_of(record, kind, frames[2].end(), kThree + seconds(15)) == "");
    const std::string beside = " samples, which are in those beside them";
    CHECK(loss_of(record, kind, frames[2].end(), kThree + hours(1)) == lack + "2" + beside);
    CHECK(loss_of(record, kind, frames[0].offset + 3, kThree + hours(1)) == lack + "5" + beside);
    CHECK(loss_of(record, kind, 10, kThree + hours(1)) == lack + "5" + beside);
  }
}

TEST_CASE("the last sample may be under way to one of the files") {
  for (const std::string kind : {"counts", "rows"}) {
    CAPTURE(kind);
    Record record;
    write_samples(record, 2);
    for (const char* each : {"counts", "rows"}) kill_writer_of(record.file_of(each));
    const std::uint64_t size = frames_of(record.file_of(kind))[1].end() - 1;
    CHECK(loss_of(record, kind, size, kThree + hours(1)) == "");
  }
}

TEST_CASE("damage is told with its place, and the tail of the newest file is none") {
  Record record;
  write_samples(record, 3);
  const std::string rows = record.file_of_rows();
  kill_writer_of(record.file_of("counts"));
  const std::string name = std::filesystem::path(rows).filename();
  const std::vector<FrameAt> frames = frames_of(rows);
  const std::string whole = content_of(rows);
  std::filesystem::resize_file(rows, frames[2].end() - 3);
  const std::uint64_t tail = frames[2].end() - 3 - frames[2].offset;
  const Shown cut = shown_at(record.path, {});
  CHECK(cut.text == "2");
  CHECK(cut.codes == std::vector<std::string>{"record_tail"});
  CHECK(cut.complete);
  CHECK(cut.said.starts_with("the last " + std::to_string(tail) + " bytes of " + name +
                             " are no whole sample: it is being written, or its writer was ended\n"));
  std::ofstream(rows, std::ios::binary | std::ios::trunc) << whole;
  overwrite(rows, frames[1].offset, std::string(8, 'x'));
  const std::uint64_t lost = frames[2].offset - frames[1].offset;
  const Shown damaged = shown_at(record.path, {});
  CHECK(damaged.text == "1");
  CHECK_FALSE(damaged.complete);
  CHECK(damaged.said.starts_with(
      name + " is damaged: " + std::to_string(lost) + " bytes at offset " + std::to_string(frames[1].offset) +
      " are no sample; those up to the next whole one are missing\n"
      "the samples from 2026-11-27T03:00:20.000Z to 2026-11-27T03:00:20.000Z are damaged; showing that of "
      "2026-11-27T03:00:00.000Z\n"));
  // Where no sample before it is whole, there is none.
  overwrite(rows, frames[0].offset + record::kHeaderBytes, "xxxx");
  CHECK(shown_at(record.path, {}).text == "cannot show the sample of 2026-11-27T03:00:20.000Z of " + record.path +
                                              ": it and those before it are damaged (choose another time: --at)");
}

TEST_CASE("damage of a later file is none of an earlier time") {
  Record record;
  {
    const auto writer = record.writer();
    for (int i = 0; i < 3; ++i) REQUIRE(writer->add(sample(kThree + minutes(30 * i), 1 + i)));
  }
  const std::string later = record.file_of_rows(1);
  overwrite(later, frames_of(later).front().offset, std::string(8, 'x'));
  CHECK(shown_at(record.path, kThree + seconds(5)).codes.empty());
  CHECK_FALSE(shown_at(record.path, kThree + hours(1)).codes.empty());
}

TEST_CASE("counts that are damaged are told, and those up to the next whole ones left out") {
  Record record;
  write_samples(record, 4);
  std::string counts = record.file_of_rows();
  const std::string name = "counts-" + std::filesystem::path(counts).filename().string().substr(5);
  counts = record.path + "/" + name;
  const std::vector<FrameAt> frames = frames_of(counts);
  overwrite(counts, frames[1].offset + record::kHeaderBytes, "xx");
  Coverage coverage;
  CHECK(counted_in(record.path, kThree, kThree + hours(1), coverage) == std::vector<std::uint64_t>{1});
  CHECK_FALSE(coverage.complete);
  REQUIRE(coverage.warnings.size() == 1);
  CHECK(coverage.warnings[0].code == "record_damaged");
  CHECK(coverage.warnings[0].message == name + ": 3 samples cannot be read");
  // Those that were not asked for are not missed.
  Coverage first;
  CHECK(counted_in(record.path, kThree, kThree + seconds(9), first) == std::vector<std::uint64_t>{1});
  CHECK(first.complete);
}

TEST_CASE("counts are those between two times, both included") {
  Record record;
  {
    const auto writer = record.writer();
    for (int i = 0; i < 5; ++i) REQUIRE(writer->add(sample(kThree + hours(12 * i), 1 + i)));
  }
  const auto between = [&](seconds from, seconds to) {
    Coverage coverage;
    return counted_in(record.path, from, to, coverage);
  };
  using Values = std::vector<std::uint64_t>;
  CHECK(between(kThree, kThree) == Values{1});
  CHECK(between(kThree + seconds(1), kThree + hours(24) - seconds(1)) == Values{2});
  CHECK(between(kThree + seconds(1), kThree + hours(24)) == Values{2, 3});
  CHECK(between(kThree + hours(24), kThree + hours(100)) == Values{3, 4, 5});
  CHECK(between(kThree - hours(9), kThree - seconds(1)).empty());
}

}  // namespace
}  // namespace tcpstat::records
