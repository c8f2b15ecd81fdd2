#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ostream>

#include "base/file_descriptor.h"
#include "parsers/logs/file_source.h"
#include "support/fixtures.h"
#include "support/netlink.h"
#include "support/rows.h"

namespace tcpstat::logs {
namespace {

/// What a file with this content is read as.
struct FileReading {
  explicit FileReading(std::string_view content, filter::Query query = {})
      : memory(::memfd_create("file", MFD_CLOEXEC)) {
    REQUIRE(::write(memory.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    read("/proc/self/fd/" + std::to_string(memory.get()), query);
  }

  void read(const std::string& path, const filter::Query& query) {
    test::TableNames names;
    const auto source = make_file_source({}, path, names);
    if (const auto ready = source->prepare(facts); !ready) {
      failed = ready.error().sentence();
      return;
    }
    brings_owners = source->brings_owners();
    if (const auto done = source->read(query, recorder, coverage); !done) failed = done.error().sentence();
  }

  FileDescriptor memory;
  RunFacts facts;
  Coverage coverage;
  test::Recorder recorder;
  std::string failed;
  bool brings_owners = false;
};

TEST_CASE("what a file is follows from its first bytes") {
  struct Row {
    std::string_view file;
    std::size_t rows;
    bool brings_owners;
  };
  constexpr Row kRows[] = {
      {"recorded/tcp", 32, false},
      {"recorded/tcp6", 65, false},
      {"recorded/ss-all.dump", 97, false},  // on after the first DONE
      {"recorded/ss-ipv4.dump", 32, false},
      {"recorded/legacy.dump", 103, false},
      {"recorded/legacy-info.dump", 103, false},
      {"recorded/tcpstat.ndjson", 103, true},
      {"written/linux-2.6-tcp", 3, false},
      {"written/headless-tcp", 3, false},
      {"written/crlf-tcp", 3, false},
      {"written/both-families", 5, false},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.file);
    const FileReading reading(test::fixture(row.file));
    CHECK(reading.failed.empty());
    CHECK(reading.recorder.rows.size() == row.rows);
    CHECK(reading.coverage.rows_read == row.rows);
    CHECK(reading.coverage.complete);
    CHECK(reading.brings_owners == row.brings_owners);
  }
}

TEST_CASE("rows of one namespace are the same in every kind of file") {
  // What every kind tells of a row: the parts of its facts that do not depend on the source.
  const auto core = [](const std::vector<std::string>& rows) {
    std::vector<std::string> out;
    for (const std::string& row : rows) {
      if (row.find(R"("state":"CLOSE",)") != std::string::npos) continue;  // /proc never lists them
      const std::size_t end = row.find(R"(,"recv_queue")");
      out.push_back(row.substr(0, end));
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  const auto dump = core(FileReading(test::fixture("recorded/legacy.dump")).recorder.rows);
  CHECK(dump.size() == 97);
  CHECK(core(FileReading(test::fixture("recorded/ss-all.dump")).recorder.rows) == dump);
  CHECK(core(FileReading(test::fixture("recorded/tcp") + test::fixture("recorded/tcp6")).recorder.rows) == dump);
  CHECK(core(FileReading(test::fixture("recorded/tcpstat.ndjson")).recorder.rows) == dump);
}

TEST_CASE("a dump may end without DONE, and a cut one says so") {
  const std::string dump = test::fixture("recorded/ss-ipv4.dump");
  const FileReading endless(dump.substr(0, dump.size() - test::done().size()));
  CHECK(endless.recorder.rows.size() == 32);
  CHECK(endless.coverage.complete);
  const FileReading cut(dump.substr(0, dump.size() / 2));
  CHECK(cut.recorder.rows.size() < 32);
  CHECK(cut.coverage.flaws[static_cast<std::size_t>(Flaw::cut_short)] == 1);
  CHECK_FALSE(cut.coverage.complete);
}

TEST_CASE("an error that a dump records is told, and reading goes on") {
  const std::string dump = test::fixture("recorded/ss-ipv4.dump");
  const FileReading reading(test::framed_number(NLMSG_ERROR, -ENOENT) + dump);
  CHECK(reading.recorder.rows.size() == 32);
  CHECK_FALSE(reading.coverage.complete);
  REQUIRE(reading.coverage.warnings.size() == 1);
  CHECK(reading.coverage.warnings[0].code == "dump_failed");
}

TEST_CASE("files larger than a block are read to their end") {
  std::string text = test::lines_of(test::fixture("recorded/tcp"))[0] + "\n";
  std::string dump;
  for (std::uint16_t port = 1; port <= 2000; ++port) {
    char line[200];
    std::snprintf(
        line, sizeof line,
        "%4u: 010200C0:01BB 076433C6:%04X 01 00000000:00000000 00:00000000 00000000  1000        0 %u 1 0 1 2\n", port,
        port, port);
    text += line;
    dump += test::framed(
        test::Message(test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", port), 1).payload());
  }
  REQUIRE(text.size() > 3 * 65536);
  REQUIRE(dump.size() > 2 * 65536);
  for (const std::string& content : {text, dump, dump + test::done()}) {
    const FileReading reading(content);
    CHECK(reading.recorder.rows.size() == 2000);
    CHECK(reading.coverage.complete);
  }
}

TEST_CASE("an empty file holds no rows, and an unknown one is refused") {
  struct Row {
    std::string_view name;
    std::string content;
    std::string_view failed;
  };
  const Row rows[] = {
      {"nothing", "", ""},
      {"blank lines", " \n\n", ""},
      {"text", "hello\nworld\n", "this is no format that tcpstat knows"},
      {"bytes", std::string(1000, '\xFE'), "this is no format that tcpstat knows"},
      {"zeros", std::string(1000, '\0'), "this is no format that tcpstat knows"},
      {"a document of many lines", "{\n  \"connections\": []\n}\n", "it looks like JSON"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const FileReading reading(row.content);
    CAPTURE(reading.failed);
    CHECK(reading.recorder.rows.empty());
    if (row.failed.empty()) {
      CHECK(reading.failed.empty());
    } else {
      CHECK(reading.failed.find(row.failed) != std::string::npos);
    }
  }
}

TEST_CASE("facts about the host are the file's or unknown") {
  const FileReading ndjson(test::fixture("recorded/tcpstat.ndjson"));
  CHECK(ndjson.facts.host == "lab");
  CHECK(ndjson.facts.kernel == "6.18.44");
  CHECK(ndjson.facts.netns.has_value());
  FileReading text(test::fixture("recorded/tcp"));
  CHECK_FALSE(text.facts.host);
  CHECK_FALSE(text.facts.kernel);
  CHECK_FALSE(text.facts.netns);
}

TEST_CASE("ages are unknown in files of a kernel, because its sysctls are") {
  // TIME_WAIT's length is a constant and no sysctl.
  const FileReading reading(test::fixture("recorded/legacy.dump"));
  for (const std::string& row : reading.recorder.rows) {
    if (row.find(R"("state":"TIME_WAIT")") != std::string::npos) continue;
    CAPTURE(row);
    CHECK(row.find(R"("age_ms":null)") != std::string::npos);
  }
}

TEST_CASE("a sink that wants no more ends the reading of every kind") {
  for (const std::string_view file : {"recorded/tcp", "recorded/ss-all.dump", "recorded/tcpstat.ndjson"}) {
    CAPTURE(file);
    test::TableNames names;
    const auto source = make_file_source({}, test::fixture_path(file), names);
    RunFacts facts;
    Coverage coverage;
    test::Recorder recorder;
    recorder.stop_at = 3;
    REQUIRE(source->prepare(facts));
    REQUIRE(source->read({}, recorder, coverage));
    CHECK(recorder.rows.size() == 3);
    CHECK(coverage.complete);
  }
}

TEST_CASE("what cannot be opened or is a directory is an error with its reason") {
  test::TableNames names;
  RunFacts facts;
  const auto missing = make_file_source({}, "/nonexistent/file", names)->prepare(facts);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().sentence() == "cannot open /nonexistent/file: No such file or directory");
  const auto directory = make_file_source({}, "/proc", names)->prepare(facts);
  REQUIRE_FALSE(directory);
  CHECK(directory.error().code == EISDIR);
}

}  // namespace
}  // namespace tcpstat::logs
