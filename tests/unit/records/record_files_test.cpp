// Writer and store together: what was written is found, whatever became of the file or the clock.

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

#include "parsers/host/opened_host.h"
#include "parsers/records/record_file.h"
#include "parsers/records/record_source.h"
#include "parsers/records/record_store.h"
#include "parsers/records/record_writer.h"
#include "parsers/records/recorded_rows.h"
#include "record/counts.h"
#include "record/row_columns.h"
#include "tests/unit/support/rows.h"

namespace tcpstat::records {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// 2026-11-27 03:00:00 UTC
constexpr seconds kThree{1'795'748'400};

/// Encoder and writer without a thread between them.
struct Recorder {
  explicit Recorder(std::unique_ptr<RecordWriter> opened)
      : writer(std::move(opened)), encoder(record::row_columns(record::InfoChoice::some), writer->first_sample()) {}

  bool add(const RecordedSample& sample) {
    const bool written = writer->add(encoder.encode(sample));
    if (!written) encoder.begin_anew();
    return written;
  }

  std::unique_ptr<RecordWriter> writer;
  RecordEncoder encoder;
};

class Record {
 public:
  Record() {
    std::string name = "/tmp/tcpstat-record-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Record() { std::filesystem::remove_all(path); }
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  std::unique_ptr<Recorder> writer(record::RetentionLimits limits = {}) {
    auto opened = RecordWriter::open({.directory = path,
                                      .interval = seconds(10),
                                      .limits = limits,
                                      .min_free_percent = 0,
                                      .boot_id = {boot},
                                      .say = [this](const std::string& sentence) { said.push_back(sentence); }});
    if (!opened) said.push_back(opened.error().sentence());
    return opened ? std::make_unique<Recorder>(std::move(*opened)) : nullptr;
  }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] std::string file_of_rows(std::size_t number = 0) const {
    std::vector<std::string> names = files();
    std::erase_if(names, [](const std::string& name) { return !name.starts_with("rows-"); });
    return names.size() > number ? path + "/" + names[number] : "";
  }

  std::string path;
  std::uint8_t boot = 1;
  std::vector<std::string> said;
};

/// A sample at `at` with one connection whose local port tells which it is, beside `crowd` others.
RecordedSample sample(seconds at, int number, seconds boot = seconds(-1), int crowd = 0) {
  const auto port = static_cast<std::uint16_t>(number);
  test::TableNames names;
  RecordedSample to;
  to.wall_ns = std::chrono::nanoseconds(at).count();
  to.boot_ns = std::chrono::nanoseconds(boot == seconds(-1) ? at - kThree + hours(100) : boot).count();
  record::RowPacker rows(names, {.boot_ms = static_cast<std::uint64_t>(to.boot_ns / 1'000'000)});
  for (int i = 0; i <= crowd; ++i) {
    Connection row =
        test::connection(State::established, test::endpoint("192.0.2.1", port), test::endpoint("192.0.2.2", 9));
    row.cookie = static_cast<std::uint64_t>(i) + 1;
    if (i > 0) row.inode = static_cast<std::uint64_t>(port) * 1'000'003 * static_cast<std::uint64_t>(i);
    rows.connection(row);
  }
  to.rows = rows.take();
  to.sockets = static_cast<std::uint32_t>(to.rows.rows());
  record::CountsPacker counts;
  counts.add("port", "80", port);
  to.counts = counts.take();
  to.facts = {{"host", "db1"}, {"kernel", "6.1"}};
  return to;
}

class PortOf final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    port = row.local.port;
    return Flow::more;
  }
  Flow listener(const Listener&) override { return Flow::more; }
  std::uint16_t port = 0;
};

struct Shown {
  std::string text;  ///< the port, or the sentence why there is none
  std::vector<std::string> codes;
  bool complete = true;
  std::string said;  ///< all sentences
};

/// What `--at` shows, and the codes of what it says about it.
Shown shown_at(const std::string& path, std::optional<seconds> at) {
  source::SourceOptions options;
  if (at) options.at = *at;
  const auto source = make_record_source(options, path);
  RunFacts facts;
  if (auto prepared = source->prepare(facts); !prepared) return {prepared.error().sentence(), {}, false, {}};
  CHECK(facts.host == "db1");
  PortOf port;
  Coverage coverage;
  REQUIRE(source->read({}, port, coverage));
  Shown shown{std::to_string(port.port), {}, coverage.complete, {}};
  for (const Warning& warning : coverage.warnings) {
    shown.said += warning.message + "\n";
    if (warning.code != "sample_time") shown.codes.push_back(warning.code);
  }
  return shown;
}

enum class Asked : std::uint8_t { no, yes };

std::vector<std::uint64_t> counted_in(const std::string& path, seconds from, seconds to, Coverage& coverage) {
  auto store = RecordStore::open(path);
  REQUIRE(store);
  std::vector<std::uint64_t> values;
  REQUIRE(store->counts(from, to, coverage,
                        [&](const record::FileHeader&, const record::FrameHeader&, const record::Table& table) {
                          for (std::size_t slot = 0; slot < table.slots(); ++slot) {
                            if (table.is_used(slot)) values.push_back(table.row(slot)[record::kCountValue] - 1);
                          }
                        }));
  return values;
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

TEST_CASE("one process writes into a directory, and the next one hears which") {
  Record record;
  const auto first = record.writer();
  REQUIRE(first);
  CHECK(record.writer() == nullptr);
  CHECK(record.said ==
        std::vector<std::string>{"cannot record into " + record.path + ": process " + std::to_string(::getpid()) +
                                 " does (record into another directory, or end that process)"});
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
  CHECK(shown_at(record.path, kThree + seconds(40)).text == "2");
  CHECK(shown_at(record.path, kThree + seconds(50)).text == "3");
  auto file = RecordFile::open(record.file_of_rows());
  std::vector<Damage> damages;
  const std::vector<FrameAt> frames = *file->frames(damages);
  REQUIRE(frames.size() == 4);
  CHECK(frames[1].header.kind == record::FrameKind::note);
  CHECK(file->payload(frames[1]) == "3 samples before this one are lost");
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

}  // namespace
}  // namespace tcpstat::records
