#include "parsers/records/record_writer.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <random>

#include "cli/in_child.h"
#include "parsers/records/recorded_rows.h"
#include "records/written_record.h"

namespace tcpstat::records {
namespace {

TEST_CASE("one process writes into a directory, and the next one hears which") {
  Record record;
  const auto first = record.writer();
  REQUIRE(first);
  CHECK(record.writer() == nullptr);
  CHECK(record.said ==
        std::vector<std::string>{"cannot record into " + record.path + ": process " + std::to_string(::getpid()) +
                                 " does (record into another directory, or end that process)"});
}

TEST_CASE("a lock that does not name a process is one of somebody") {
  Record record;
  const auto first = record.writer();
  REQUIRE(first);
  const auto refused_by = [&](std::string_view lock) {
    std::ofstream(record.path + "/lock", std::ios::trunc) << lock;
    record.said.clear();
    CHECK(record.writer() == nullptr);
    const std::string doing = "cannot record into " + record.path + ": ";
    REQUIRE(record.said.size() == 1);
    REQUIRE(record.said[0].starts_with(doing));
    return record.said[0].substr(doing.size(), record.said[0].find(" (") - doing.size());
  };
  CHECK(refused_by("") == "another process does");
  CHECK(refused_by("\n12\n") == "another process does");
  CHECK(refused_by("12x\n") == "process 12 does");
}

TEST_CASE(
    "wherever the last write was cut off, all samples before it are there, and the next run goes on behind them") {
  Record whole;
  {
    const auto writer = whole.writer();
    for (int i = 0; i < 5; ++i) REQUIRE(writer->add(sample(kThree + seconds(10 * i), 100 + i)));
  }
  const std::string path = whole.file_of_rows();
  auto file = RecordFile::open(path);
  REQUIRE(file);
  std::vector<Damage> damages;
  const auto frames = file->frames(damages);
  REQUIRE(frames);
  REQUIRE(frames->size() == 6);  // and the end
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (std::uint64_t cut = (*frames)[1].offset; cut <= bytes.size(); ++cut) {
    Record record;
    std::filesystem::copy(whole.path, record.path, std::filesystem::copy_options::recursive);
    std::filesystem::resize_file(record.file_of_rows(), cut);
    std::size_t samples = 0;
    while (samples < 5 && (*frames)[samples].end() <= cut) ++samples;
    CAPTURE(cut);
    CHECK(shown_at(record.path, std::nullopt).text == std::to_string(99 + samples));
    const bool torn = (*frames)[samples - 1].end() != cut && cut != bytes.size();
    const auto writer = record.writer();
    REQUIRE(writer);
    CHECK(record.said.size() == (torn ? 1 : 0));
    REQUIRE(writer->add(sample(kThree + minutes(2), 777)));
    const Shown last = shown_at(record.path, kThree + minutes(2));
    CHECK(last.text == "777");
    CHECK(last.complete);
    CHECK(shown_at(record.path, kThree + seconds(49)).text == std::to_string(99 + samples));
  }
}

/// Records from sample number `next` on until it is killed, and answers a byte for each that is on the disk.
[[noreturn]] void record_for_ever(Record& record, const record::RetentionLimits& limits, int next, int answers) {
  const auto writer = record.writer(limits);
  for (; writer != nullptr; ++next) {
    // A restart, a new hour and a key frame come as often as a difference.
    if (!writer->add(sample(kThree + seconds(601 * next), next, seconds(-1), 20))) break;
    if (::write(answers, "k", 1) != 1) break;
  }
  ::_exit(1);
}

TEST_CASE("killed at 200 random moments of writing: what was on the disk is there, and nothing else is shown") {
  std::mt19937 random(7);
  for (const bool bounded : {false, true}) {
    record::RetentionLimits limits;
    if (bounded) limits.most_bytes = 20'000;
    for (int round = 0; round < 10; ++round) {
      Record record;
      int next = 1;
      for (int kill = 0; kill < 10; ++kill) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) record_for_ever(record, limits, next, ends[1]);
        ::close(ends[1]);
        char byte = 0;
        int written = 0;
        const int wanted = static_cast<int>(random() % 25);
        while (written < wanted && ::read(ends[0], &byte, 1) == 1) ++written;
        // Somewhere in the write that comes.
        const auto moment = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 2000);
        while (std::chrono::steady_clock::now() < moment) continue;
        ::kill(child, SIGKILL);
        while (::read(ends[0], &byte, 1) == 1) ++written;
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(written >= wanted);

        const int last = next - 1 + written;  // that was said to be there; one more may be
        CAPTURE(kill);
        auto opened = RecordStore::open(record.path);
        REQUIRE(opened);
        RecordStore& all = *opened;
        std::vector<int> shown;
        Coverage coverage;
        REQUIRE(all.index(kThree, kThree + hours(100'000), coverage));
        for (std::size_t i = 0; i < all.samples(); ++i) {
          REQUIRE(all.load(i));
          PortOf port;
          RecordedNames names;
          loaded_sample(all, names)->hand_over(port);
          CHECK(all.time(i) == kThree + seconds(601 * port.port));
          shown.push_back(port.port);
        }
        CHECK(coverage.complete);
        CHECK(std::is_sorted(shown.begin(), shown.end()));
        if (last > 0) REQUIRE_FALSE(shown.empty());
        const int newest = shown.empty() ? 0 : shown.back();
        CHECK((newest == last || newest == last + 1));
        if (!bounded) CHECK(shown.size() == static_cast<std::size_t>(newest));
        next = newest + 1;
      }
    }
  }
}

TEST_CASE("a clock that is set forward makes nothing too old") {
  Record record;
  const auto writer = record.writer({.keep = hours(2), .most_bytes = {}});
  seconds boot(100'000);
  REQUIRE(writer->add(sample(kThree, 1, boot)));
  REQUIRE(writer->add(sample(kThree + hours(24 * 365), 2, boot + seconds(10))));
  REQUIRE(writer->add(sample(kThree + seconds(20), 3, boot + seconds(20))));
  CHECK(shown_at(record.path, kThree).text == "1");
  // Real hours do.
  for (int hour = 1; hour < 6; ++hour) REQUIRE(writer->add(sample(kThree + hours(hour), 10, boot + hours(hour))));
  CHECK(shown_at(record.path, kThree).text != "1");
}

TEST_CASE("rows past the size are thinned to key frames, then removed; counts stay") {
  Record record;
  record.interval = minutes(1);
  constexpr std::uint64_t kRoom = 80'000;
  const auto writer = record.writer({.keep = {}, .most_bytes = kRoom});
  for (int i = 0; i < 600; ++i) REQUIRE(writer->add(sample(kThree + minutes(i), 1000 + i, seconds(-1), 10)));
  std::uint64_t bytes = 0;
  for (const std::string& name : record.files()) bytes += std::filesystem::file_size(record.path + "/" + name);
  CHECK(bytes <= kRoom + 3000);  // with the sample that went past it
  const Shown old = shown_at(record.path, kThree + hours(6) + minutes(30));
  CHECK(old.text == "1360");
  CHECK(old.codes == std::vector<std::string>{"record_thinned"});
  CHECK(shown_at(record.path, kThree + minutes(599)).text == "1599");
  Coverage coverage;
  CHECK(counted_in(record.path, kThree, kThree + hours(24), coverage).size() == 600);
}

TEST_CASE("what cannot be written is said once, and samples go on when it can") {
  Record record;
  const auto writer = record.writer();
  REQUIRE(writer->add(sample(kThree, 1)));
  // A new hour needs a new file, in a directory that is gone.
  const std::string moved = record.path + "-moved";
  std::filesystem::rename(record.path, moved);
  CHECK_FALSE(writer->add(sample(kThree + hours(1), 2)));
  CHECK_FALSE(writer->add(sample(kThree + hours(1) + seconds(10), 3)));
  std::filesystem::rename(moved, record.path);
  CHECK(writer->add(sample(kThree + hours(1) + seconds(20), 4)));
  REQUIRE(record.said.size() == 2);
  CHECK(record.said[1] == "writing again; 2 samples were lost");
  CHECK(writer->writer->written() == 2);
  CHECK(shown_at(record.path, kThree).text == "1");
  CHECK(shown_at(record.path, kThree + hours(1) + seconds(20)).text == "4");
}

TEST_CASE("a sample whose counts cannot be written is lost with its rows") {
  Record record;
  const auto writer = record.writer();
  std::filesystem::create_directory(record.path + "/counts-20261127T030000Z-0000000000000001.tcr");
  CHECK_FALSE(writer->add(sample(kThree, 1)));
  CHECK(frames_of(record.file_of_rows()).empty());
  REQUIRE(writer->add(sample(kThree + seconds(10), 2)));
  REQUIRE(record.said.size() == 2);
  CHECK(record.said[1] == "writing again; 1 sample was lost");
  const std::vector<FrameAt> frames = frames_of(record.file_of_rows());
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].header.kind == record::FrameKind::note);
  CHECK(RecordFile::open(record.file_of_rows())->payload(frames[0]) == "1 sample before this one is lost");
  CHECK(frames[1].header.sample == 2);
  CHECK(shown_at(record.path, {}).text == "2");
}

TEST_CASE("a file that cannot be thinned stays, and that is said") {
  Record record;
  const auto writer = record.writer({.keep = {}, .most_bytes = 20'000});
  REQUIRE(writer->add(sample(kThree, 1, seconds(-1), 10)));
  const std::string first = record.file_of_rows();
  std::filesystem::create_directory(first + ".tmp");
  for (int i = 1; record.said.empty() && i < 300; ++i) {
    REQUIRE(writer->add(sample(kThree + minutes(i), 1 + i, seconds(-1), 10)));
  }
  REQUIRE(record.said.size() == 1);
  CHECK(record.said[0] == "cannot write " + first + ".tmp: File exists; it stays as it is");
  CHECK(std::filesystem::exists(first));
}

TEST_CASE("what is lost on the way to the disk is told at its place, and what builds on it is not written") {
  Record record;
  const auto recorder = record.writer();
  REQUIRE(recorder->add(sample(kThree, 1)));
  RecordEncoder& encoder = recorder->encoder;
  for (int i = 1; i < 4; ++i) encoder.encode(sample(kThree + seconds(10 * i), 10 + i));
  encoder.begin_anew();
  REQUIRE(recorder->add(sample(kThree + seconds(40), 2)));
  REQUIRE(recorder->add(sample(kThree + seconds(50), 3)));
  CHECK(record.said == std::vector<std::string>{"writing again; 3 samples were lost"});
  const Shown in_gap = shown_at(record.path, kThree + seconds(30));
  CHECK(in_gap.text == "1");
  CHECK(in_gap.said.find("; 3 samples could not be written") != std::string::npos);
  Coverage all;
  auto store = RecordStore::open(record.path);
  REQUIRE(store->index(kThree, kThree + seconds(60), all));
  CHECK(all.why_incomplete() == "3 samples of that time are missing");
  Coverage later;
  REQUIRE(store->index(kThree + seconds(41), kThree + seconds(60), later));
  CHECK(later.complete);
  CHECK(shown_at(record.path, kThree + seconds(40)).text == "2");
  CHECK(shown_at(record.path, kThree + seconds(50)).text == "3");
  auto file = RecordFile::open(record.file_of_rows());
  std::vector<Damage> damages;
  const std::vector<FrameAt> frames = *file->frames(damages);
  REQUIRE(frames.size() == 4);
  CHECK(frames[1].header.kind == record::FrameKind::note);
  CHECK(file->payload(frames[1]) == "3 samples before this one are lost");
}

WriterOptions into(const std::string& directory) {
  WriterOptions options;
  options.directory = directory;
  options.interval = seconds(10);
  options.min_free_percent = 0;
  options.say = [](const std::string& sentence) { FAIL(sentence); };
  return options;
}

std::string refused_directory(const std::string& directory) {
  const auto writer = RecordWriter::open(into(directory));
  REQUIRE_FALSE(writer);
  return writer.error().sentence();
}

TEST_CASE("where no directory can be made tells why") {
  Record record;
  std::ofstream(record.path + "/file") << "x";
  CHECK(refused_directory(record.path + "/a/b") ==
        "cannot make the directory " + record.path + "/a/b: No such file or directory (make the one above it first)");
  CHECK(refused_directory(record.path + "/file") ==
        "cannot record into " + record.path + "/file: Not a directory (name a directory)");
}

TEST_CASE("who may not make a directory is told who may") {
  Record record;
  std::filesystem::create_directory(record.path + "/shut");
  std::filesystem::permissions(record.path + "/shut", std::filesystem::perms::owner_read);
  const auto told = test::in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 1;
    const auto writer = RecordWriter::open(into(record.path + "/shut/new"));
    if (writer) return 2;
    const std::string sentence = writer.error().sentence();
    return ::write(STDOUT_FILENO, sentence.data(), sentence.size()) > 0 ? 0 : 3;
  });
  std::filesystem::permissions(record.path + "/shut", std::filesystem::perms::owner_all);
  CHECK(told.status == 0);
  CHECK(told.out == "cannot make the directory " + record.path +
                        "/shut/new: Permission denied (run as root, or name another one: --record DIR)");
}

TEST_CASE("others than the group of the writer may not see what is recorded, whatever the umask allows") {
  Record record;
  const std::string path = record.path + "/new";
  const mode_t before = ::umask(0);
  {
    Recorder recorder(std::move(RecordWriter::open(into(path)).value()));
    CHECK(recorder.add(sample(kThree, 1)));
  }
  ::umask(before);
  const auto mode_of = [](const std::string& file) {
    return static_cast<unsigned>(std::filesystem::status(file).permissions());
  };
  CHECK(mode_of(path) == 0750);
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    CAPTURE(entry.path());
    CHECK(mode_of(entry.path()) == 0640);
  }
}

TEST_CASE("a directory is made, with a lock that names its writer, and files named after their first sample") {
  Record record;
  const std::string path = record.path + "/new";
  {
    auto writer = RecordWriter::open(into(path));
    REQUIRE(writer);
    CHECK((*writer)->first_sample() == 1);
    CHECK((*writer)->written() == 0);
    CHECK(content_of(path + "/lock") == std::to_string(::getpid()) + "\n");
    Recorder recorder(std::move(*writer));
    REQUIRE(recorder.add(sample(kThree + seconds(5), 1)));
    REQUIRE(recorder.add(sample(kThree + seconds(15), 2)));
    CHECK(recorder.writer->written() == 2);
  }
  const std::string name = "20261127T030005Z-0000000000000001.tcr";
  CHECK(std::filesystem::exists(path + "/rows-" + name));
  CHECK(std::filesystem::exists(path + "/counts-" + name));
  for (const char* kind : {"/rows-", "/counts-"}) {
    const std::vector<FrameAt> frames = frames_of(path + kind + name);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].header.kind == record::FrameKind::key);
    CHECK(frames[1].header.kind == record::FrameKind::difference);
    CHECK(frames[2].header.kind == record::FrameKind::end);
    CHECK(frames[2].header.sample == 2);
    auto file = RecordFile::open(path + kind + name);
    CHECK(file->header().interval_ms == 10'000);
    CHECK(file->header().first_sample == 1);
    CHECK(file->header().tolerance_ms == record::kToleranceMs);
    CHECK(file->header().made_ns == std::chrono::nanoseconds(kThree + seconds(5)).count());
  }
  const auto next = RecordWriter::open(into(path));
  REQUIRE(next);
  CHECK((*next)->first_sample() == 3);
}

TEST_CASE("each hour of rows and each day of counts has a file, which ends as it should") {
  Record record;
  {
    const auto writer = record.writer();
    for (const int hour : {0, 1, 21}) REQUIRE(writer->add(sample(kThree + hours(hour), 1 + hour)));
  }
  CHECK(record.files() == std::vector<std::string>{"counts-20261127T030000Z-0000000000000001.tcr",
                                                   "counts-20261128T000000Z-0000000000000003.tcr", "lock",
                                                   "rows-20261127T030000Z-0000000000000001.tcr",
                                                   "rows-20261127T040000Z-0000000000000002.tcr",
                                                   "rows-20261128T000000Z-0000000000000003.tcr"});
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<FrameAt> frames = frames_of(record.file_of_rows(i));
    REQUIRE(frames.size() == 2);
    CHECK(frames[1].header.kind == record::FrameKind::end);
  }
}

TEST_CASE("what a run before left half made is removed, and nothing else") {
  Record record;
  const auto put = [&](const std::string& name, std::size_t size) {
    std::ofstream(record.path + "/" + name) << std::string(size, 'x');
  };
  put("rows-a.tcr.tmp", 100);
  put("counts-a.tcr", 0);
  put("rows-b.tcr", 63);
  put("other.tmp", 5);
  put("rows-c.txt", 0);
  std::filesystem::create_symlink("nowhere", record.path + "/rows-link.tcr");
  const auto writer = record.writer();
  REQUIRE(writer);
  CHECK(record.files() == std::vector<std::string>{"lock", "other.tmp", "rows-c.txt", "rows-link.tcr"});
}

TEST_CASE("a file that cannot be read is told, and stays as it is") {
  Record record;
  std::ofstream(record.path + "/rows-x.tcr") << std::string(64, 'x');
  const auto writer = record.writer();
  REQUIRE(writer);
  REQUIRE(record.said.size() == 1);
  CHECK(record.said[0].find("/rows-x.tcr") != std::string::npos);
  CHECK(record.said[0].ends_with("; it stays as it is"));
  CHECK(content_of(record.path + "/rows-x.tcr") == std::string(64, 'x'));
}

TEST_CASE("a torn end is cut off, with its size, and the next sample has the next number") {
  Record record;
  {
    const auto writer = record.writer();
    for (int i = 0; i < 3; ++i) REQUIRE(writer->add(sample(kThree + seconds(10 * i), 1 + i)));
  }
  const std::string rows = record.file_of_rows();
  const std::vector<FrameAt> frames = frames_of(rows);
  std::filesystem::resize_file(rows, frames[2].offset + 20);
  const auto writer = record.writer();
  REQUIRE(writer);
  CHECK(record.said == std::vector<std::string>{"cut 20 bytes off " + std::filesystem::path(rows).filename().string() +
                                                ": the writer before this one was ended in the middle of a sample"});
  CHECK(std::filesystem::file_size(rows) == frames[2].offset);
  // The counts of the third are there.
  CHECK(writer->writer->first_sample() == 4);
}

TEST_CASE("damage with whole samples behind it stays where it is") {
  Record record;
  {
    const auto writer = record.writer();
    for (int i = 0; i < 3; ++i) REQUIRE(writer->add(sample(kThree + seconds(10 * i), 1 + i)));
  }
  const std::string rows = record.file_of_rows();
  const std::vector<FrameAt> frames = frames_of(rows);
  overwrite(rows, frames[1].offset, std::string(8, 'x'));
  const std::string damaged = content_of(rows);
  const auto writer = record.writer();
  REQUIRE(writer);
  CHECK(record.said.empty());
  CHECK(content_of(rows) == damaged);
  CHECK(writer->writer->first_sample() == 4);
}

TEST_CASE("with less room than is wanted nothing is written, which is said once") {
  Record record;
  record.min_free_percent = 101;
  const auto writer = record.writer();
  REQUIRE(writer);
  CHECK_FALSE(writer->add(sample(kThree, 1)));
  CHECK(record.said.size() == 1);
  CHECK_FALSE(writer->add(sample(kThree + seconds(10), 2)));
  CHECK(record.said ==
        std::vector<std::string>{"cannot write to " + record.path +
                                 ": less than 101 % of the disk is free (make room, or set --min-free lower); samples "
                                 "are lost until it can"});
  CHECK(writer->writer->written() == 0);
  CHECK(record.files() == std::vector<std::string>{"lock"});
}

TEST_CASE("what builds on a sample before this run is not written") {
  Record record;
  const auto writer = record.writer();
  RecordEncoder& encoder = writer->encoder;
  encoder.encode(sample(kThree, 1));
  CHECK_FALSE(writer->writer->add(encoder.encode(sample(kThree + seconds(10), 2))));
  CHECK(record.said.empty());
  CHECK(record.files() == std::vector<std::string>{"lock"});
  encoder.begin_anew();
  CHECK(writer->add(sample(kThree + seconds(20), 3)));
  CHECK(record.said == std::vector<std::string>{"writing again; 2 samples were lost"});
}

TEST_CASE("thinned files have their key frames, marked, and their end") {
  Record record;
  const auto writer = record.writer({.keep = {}, .most_bytes = 60'000});
  std::size_t thin = 0;
  for (int i = 0; i < 400 && thin == 0; ++i) {
    REQUIRE(writer->add(sample(kThree + minutes(i), 1000 + i, seconds(-1), 10)));
    if (i % 20 != 0) continue;
    for (std::size_t at = 0; !record.file_of_rows(at + 1).empty(); ++at) {
      const std::vector<FrameAt> frames = frames_of(record.file_of_rows(at));
      if ((frames.front().header.flags & record::thinned) == 0) continue;
      ++thin;
      REQUIRE(frames.size() == 2);
      CHECK(frames[0].header.kind == record::FrameKind::key);
      CHECK(frames[1].header.kind == record::FrameKind::end);
      CHECK(frames[1].header.flags == record::thinned);
      CHECK(RecordFile::open(record.file_of_rows(at))->payload(frames[0]).has_value());
    }
  }
  CHECK(thin >= 1);
}

}  // namespace
}  // namespace tcpstat::records
