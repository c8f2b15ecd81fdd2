#include "parsers/records/record_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "support/proc_root.h"

namespace tcpstat::records {
namespace {

std::string file_header() {
  record::FileHeader header;
  header.interval_ms = 5000;
  header.first_sample = 17;
  return encode(header);
}
std::string frame_with(std::string_view payload, std::uint64_t number = 1) {
  record::FrameHeader header;
  header.sample = number;
  return record::encode_unpacked_frame(header, payload);
}

/// The bytes of one file, read.
struct ReadRecordFile {
  explicit ReadRecordFile(const std::string& bytes) {
    root.file("f", bytes);
    auto opened = RecordFile::open(root.path("f"));
    REQUIRE(opened);
    file.emplace(std::move(*opened));
    const auto found = file->frames(damages);
    REQUIRE(found);
    frames = *found;
  }
  test::ProcRoot root;
  std::optional<RecordFile> file;
  std::vector<FrameAt> frames;
  std::vector<Damage> damages;
};

TEST_CASE("a hole of any size is passed over") {
  test::ProcRoot root;
  const std::string first = frame_with("one", 5);
  root.file("f", file_header() + first + "xxxx");
  constexpr std::uintmax_t kHole = std::uintmax_t{1} << 40U;
  std::filesystem::resize_file(root.path("f"), kHole);
  std::ofstream(root.path("f"), std::ios::binary | std::ios::app) << frame_with("two", 6);
  auto file = RecordFile::open(root.path("f"));
  REQUIRE(file);
  std::vector<Damage> damages;
  const auto frames = file->frames(damages);
  REQUIRE(frames);
  REQUIRE(frames->size() == 2);
  CHECK(frames->back().offset == kHole);
  REQUIRE(damages.size() == 1);
  CHECK(damages[0].bytes == kHole - damages[0].offset);
  CHECK_FALSE(damages[0].at_end);
}

TEST_CASE("a file has a header and frames, which are read where they stand") {
  const std::string first = frame_with("one", 5);
  const std::string second = frame_with("", 6);
  ReadRecordFile read(file_header() + first + second);
  CHECK(read.file->path() == read.root.path("f"));
  CHECK(read.file->header().interval_ms == 5000);
  CHECK(read.file->header().first_sample == 17);
  CHECK(read.file->size() == record::kHeaderBytes + first.size() + second.size());
  CHECK(read.damages.empty());
  REQUIRE(read.frames.size() == 2);
  CHECK(read.frames[0].offset == record::kHeaderBytes);
  CHECK(read.frames[0].end() == record::kHeaderBytes + first.size());
  CHECK(read.frames[0].header.sample == 5);
  CHECK(read.frames[1].offset == read.frames[0].end());
  CHECK(read.frames[1].header.sample == 6);
  CHECK(read.frames[1].end() == read.file->size());
  CHECK(read.file->payload(read.frames[0]) == "one");
  CHECK(read.file->stored(read.frames[0]) == "one");
  CHECK(read.file->payload(read.frames[1]) == "");
  // In any order.
  CHECK(read.file->payload(read.frames[0]) == "one");
  CHECK(ReadRecordFile(file_header()).frames.empty());
}

TEST_CASE("payloads that are longer than what is read at once are whole") {
  const std::string large(10'000, 'x');
  ReadRecordFile read(file_header() + frame_with(large) + frame_with("small", 2));
  REQUIRE(read.frames.size() == 2);
  CHECK(read.file->payload(read.frames[0]) == large);
  CHECK(read.file->stored(read.frames[0]) == large);
  CHECK(read.file->payload(read.frames[1]) == "small");
}

TEST_CASE("bytes that are no frame are damage up to the next one") {
  const std::string one = frame_with("one");
  const std::string two = frame_with("two", 2);
  struct Row {
    std::string_view name;
    std::string bytes;  ///< behind the header
    std::size_t frames;
    std::uint64_t offset;
    std::uint64_t size;
    bool at_end;
  };
  const std::uint64_t begin = record::kHeaderBytes;
  for (const Row& row :
       {Row{"before all", "junk" + one + two, 2, begin, 4, false},
        Row{"between", one + "x" + two, 2, begin + one.size(), 1, false},
        Row{"behind", one + two + "junk", 2, begin + one.size() + two.size(), 4, true},
        Row{"a header that is cut", one + two.substr(0, 30), 1, begin + one.size(), 30, true},
        Row{"a payload that is cut", one + two.substr(0, two.size() - 1), 1, begin + one.size(), two.size() - 1, true},
        Row{"nothing else", "junk", 0, begin, 4, true}}) {
    CAPTURE(row.name);
    const ReadRecordFile read(file_header() + row.bytes);
    CHECK(read.frames.size() == row.frames);
    REQUIRE(read.damages.size() == 1);
    CHECK(read.damages[0].offset == row.offset);
    CHECK(read.damages[0].bytes == row.size);
    CHECK(read.damages[0].at_end == row.at_end);
  }
  const ReadRecordFile twice(file_header() + "junk" + one + "junk" + two);
  CHECK(twice.frames.size() == 2);
  CHECK(twice.damages.size() == 2);
}

TEST_CASE("the next frame is found behind any number of bytes that are none") {
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  for (const std::size_t junk : {kStep - 70, kStep - 10, kStep, kStep + 1, kStep + 2, 2 * kStep + 5}) {
    CAPTURE(junk);
    const ReadRecordFile read(file_header() + std::string(junk, 'x') + frame_with("one"));
    REQUIRE(read.frames.size() == 1);
    CHECK(read.frames[0].offset == record::kHeaderBytes + junk);
    CHECK(read.damages.at(0).bytes == junk);
  }
}

TEST_CASE("a payload whose bytes changed is none") {
  std::string bytes = frame_with("one");
  bytes.back() = 'x';
  ReadRecordFile read(file_header() + bytes);
  REQUIRE(read.frames.size() == 1);
  CHECK_FALSE(read.file->payload(read.frames[0]).has_value());
  CHECK(read.file->stored(read.frames[0]) == "onx");
}

TEST_CASE("what is no file of a record tells why") {
  const test::ProcRoot root;
  const auto why = [&](const std::string& name) {
    const auto file = RecordFile::open(root.path(name));
    REQUIRE_FALSE(file);
    return file.error().sentence();
  };
  CHECK(why("none") == "cannot open " + root.path("none") + ": No such file or directory");
  root.file("file", file_header());
  std::filesystem::create_symlink(root.path("file"), root.path("link"));
  CHECK(why("link").starts_with("cannot open " + root.path("link") + ": "));
  CHECK(why("") == "cannot read " + root.path("") + ": it is no regular file");
  REQUIRE(::mkfifo(root.path("pipe").c_str(), 0600) == 0);
  CHECK(why("pipe") == "cannot read " + root.path("pipe") + ": it is no regular file");
  root.file("other", std::string(100, 'x'));
  CHECK(why("other").find(root.path("other")) != std::string::npos);
  root.file("short", file_header().substr(0, 63));
  CHECK(why("short").find(root.path("short")) != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::records
