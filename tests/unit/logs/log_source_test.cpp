#include "parsers/logs/log_source.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/file_descriptor.h"

namespace tcpstat::logs {
namespace {

/// What came, in words.
class Noted final : public ObservationSink {
 public:
  std::vector<std::string> all;
  std::vector<std::string> local;  ///< of rows, as the next two
  std::vector<std::uint64_t> samples;
  std::vector<std::optional<std::uint64_t>> inodes;
  std::string addresses;  ///< local ones of rows
  std::size_t most = 100;

  Flow transition(const Transition& of) override {
    return note("transition " + std::to_string(of.line) + " " + std::string(of.socket));
  }
  Flow lost(std::uint64_t count, std::uint64_t line) override {
    return note("lost " + std::to_string(count) + " before " + std::to_string(line));
  }
  Flow row(const SampleRow& row, std::uint64_t line) override {
    local.push_back(to_string(row.local));
    samples.push_back(row.sample.counter.value_or(0));
    inodes.push_back(row.inode);
    addresses += to_string(row.local.address) + " ";
    return note("row " + std::to_string(line) + " " + std::string(name(row.state)));
  }
  Flow sample_end(const SampleEnd& end) override { return note(end.whole == Whole::yes ? "whole" : "part"); }
  Flow run_end(const RunEnd& end) override { return note("end " + std::to_string(end.line)); }
  Flow overwritten(const OverwrittenEntries& entries, std::uint64_t line) override {
    return note("overwritten " + std::to_string(entries.count.value_or(0)) + " before " + std::to_string(line));
  }
  Flow missing(const MissingRecords& records, std::uint64_t line) override {
    return note("missing " + std::to_string(records.count) + " by line " + std::to_string(line) + ": " +
                std::string(records.why));
  }
  Flow bad_line(const BadLine& bad, std::uint64_t line) override {
    return note("bad " + std::to_string(line) + " " + std::string(bad.why));
  }

 private:
  Flow note(std::string words) {
    all.push_back(std::move(words));
    return all.size() < most ? Flow::more : Flow::stop;
  }
};

class File {
 public:
  explicit File(const std::string& text) {
    path_ = (std::filesystem::temp_directory_path() / "tcpstat-log-XXXXXX").string();
    const int fd = ::mkstemp(path_.data());
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(fd);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::remove(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using Words = std::vector<std::string>;

const std::string kLog = R"({"from":"CLOSE","to":"LISTEN","socket":"a"}
# a comment

CPU:1 [LOST 12 EVENTS]
{"state":"LISTEN","local_address":"::","local_port":22,"snapshot":1}
{"type":"summary","snapshot":1}
{
{"from":"LISTEN","to":"CLOSE","socket":"a"}
# entries-in-buffer/entries-written: 187/2042   #P:2
##### CPU 1 buffer started ####
{"type":"lost","count":3}
{"type":"summary","snapshot":1,"transitions":{},"lost_records":3}
)";

TEST_CASE("each line goes to the method that takes it, with its number") {
  const File file(kLog);
  auto source = LogSource::open(file.path());
  REQUIRE(source.has_value());
  Noted sink;
  CHECK((*source)->read(sink).has_value());
  CHECK(sink.all == Words{"transition 1 a", "lost 12 before 4", "row 5 LISTEN", "part", "bad 7 no JSON object",
                          "transition 8 a", "overwritten 1855 before 9", "overwritten 0 before 10", "lost 3 before 11",
                          "end 12", "missing 186 by line 9: the header counts 187 entries, and the log has 1"});
  CHECK((*source)->lines() == 12);
  CHECK_FALSE((*source)->was_ended());
}

/// A pipe that brings each piece by itself.
class Pieces {
 public:
  explicit Pieces(const std::vector<std::string>& pieces) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_DIRECT | O_CLOEXEC) == 0);
    fd_ = FileDescriptor(ends[0]);
    const FileDescriptor to(ends[1]);
    for (const std::string& piece : pieces) {
      REQUIRE(::write(to.get(), piece.data(), piece.size()) == static_cast<ssize_t>(piece.size()));
    }
    path_ = "/proc/self/fd/" + std::to_string(fd_.get());
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  FileDescriptor fd_;
  std::string path_;
};

Words read_of(const std::string& path) {
  auto source = LogSource::open(path);
  REQUIRE(source.has_value());
  Noted sink;
  CHECK((*source)->read(sink).has_value());
  return sink.all;
}

TEST_CASE("what a log is does not depend on how much of it a pipe brings first") {
  const std::string table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 0 100 0 0 10 "
      "0\n";
  const Words samples = {"row 1 LISTEN", "part", "row 2 LISTEN", "part"};
  for (const std::string& before : {std::string(), std::string("\n"), std::string("# cat /proc/net/tcp\n")}) {
    CAPTURE(before);
    const std::string text = before + table + table;
    const Words whole = read_of(Pieces({text}).path());
    for (std::size_t size = 1; size < before.size() + table.size() + 3; ++size) {
      CAPTURE(size);
      REQUIRE(read_of(Pieces({text.substr(0, size), text.substr(size)}).path()) == whole);
    }
    if (before.empty()) CHECK(whole == samples);
  }
  const std::string record = R"({"from":"CLOSE","to":"LISTEN","socket":"a"})";
  for (std::size_t size = 1; size < record.size(); ++size) {
    CAPTURE(size);
    REQUIRE(read_of(Pieces({record.substr(0, size), record.substr(size)}).path()) == Words{"transition 1 a"});
  }
}

/// What comes of a file with this text.
struct Reading {
  explicit Reading(const std::string& text) {
    const File file(text);
    auto source = LogSource::open(file.path());
    REQUIRE(source.has_value());
    CHECK((*source)->read(sink).has_value());
  }
  Noted sink;
};

const std::string kTableHeader =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

/// A listener of port 22 in text of /proc, with this address as it stands there.
std::string listening_on(std::string_view address, int row, std::string_view inode) {
  return "   " + std::to_string(row) + ": " + std::string(address) +
         ":0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 " + std::string(inode) +
         " 1 0 100 0 0 10 0\n";
}

TEST_CASE("samples of a saved table are counted, and their rows have an inode if the table has one") {
  const Reading read(kTableHeader + listening_on("0100007F", 0, "1234") + kTableHeader +
                     listening_on("0100007F", 0, "0"));
  CHECK(read.sink.samples == std::vector<std::uint64_t>{1, 2});
  CHECK(read.sink.inodes == std::vector<std::optional<std::uint64_t>>{1234, std::nullopt});
}

TEST_CASE("a table of a host of the other byte order has the addresses of that host") {
  const bool little = std::endian::native == std::endian::little;
  CHECK(Reading(kTableHeader + listening_on(little ? "7F000001" : "0100007F", 0, "1")).sink.local ==
        std::vector<std::string>{"127.0.0.1:22"});
  CHECK(Reading(kTableHeader + listening_on(little ? "0100007F" : "7F000001", 0, "1")).sink.local ==
        std::vector<std::string>{"127.0.0.1:22"});
}

TEST_CASE("what of a saved sample could not be read is told behind its rows") {
  const std::string whole = listening_on("0100007F", 0, "1");
  CHECK(Reading(kTableHeader + whole + "   1: 0100007F:00\n" + listening_on("0100007F", 2, "3")).sink.all ==
        Words{"row 1 LISTEN", "row 2 LISTEN", "bad 3 rows of the sample before this line cannot be read", "part"});
  CHECK(Reading(kTableHeader + whole + listening_on("0100007F", 5, "2")).sink.all ==
        Words{"row 1 LISTEN", "row 2 LISTEN", "bad 3 rows are missing: their numbers jump from 0 to 5", "part"});
}

TEST_CASE("the first five lines tell what a log is, however they come") {
  const std::string table = kTableHeader + listening_on("0100007F", 0, "1234");
  const std::string comments = "# a\n# b\n# c\n# d\n";
  const Words read = {"row 1 LISTEN", "bad 2 rows of the sample before this line cannot be read", "part"};
  CHECK(read_of(Pieces({comments, table}).path()) == read);
  CHECK(read_of(Pieces({comments + "# e\n", table}).path()) != read);
}

TEST_CASE("a record that a pipe brings is handed over before the next one comes") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const FileDescriptor from(ends[0]);
  FileDescriptor to(ends[1]);
  const std::string_view record =
      "          <idle>-0       [001] ..s2.  6300.380816: inet_sock_set_state: oldstate=TCP_LISTEN "
      "newstate=TCP_SYN_RECV\n";
  REQUIRE(::write(to.get(), record.data(), record.size()) == static_cast<ssize_t>(record.size()));
  auto source = LogSource::open("/proc/self/fd/" + std::to_string(from.get()), std::chrono::seconds(5));
  REQUIRE(source.has_value());
  Noted sink;
  sink.most = 1;
  CHECK((*source)->read(sink).has_value());
  CHECK(sink.all == Words{"transition 1 "});
}

/// A table of a host of the other byte order, whose first sample does not tell that.
TEST_CASE("all samples of a text are read in one byte order") {
  constexpr bool kLittle = std::endian::native == std::endian::little;
  const std::string header =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  const std::string tail = " 00000000:00000000 00:00000000 00000000     0        0 ";
  const std::string open = std::string(kLittle ? "C000020A:0050 C6336401" : "0A0200C0:0050 016433C6") + ":9C40 01" +
                           tail + "102 1 0 20 4 30 10 -1\n";
  const std::string listener =
      std::string(kLittle ? "7F000001" : "0100007F") + ":0277 00000000:0000 0A" + tail + "101 1 0 20 4 30 10 -1\n";
  const std::string text = header + "   0: " + open + header + "   0: " + listener + "   1: " + open;
  const auto addresses = [](const std::string& of, std::optional<std::endian> order) {
    const File file(of);
    auto log = LogSource::open(file.path(), {}, order);
    REQUIRE(log.has_value());
    Noted sink;
    CHECK((*log)->read(sink).has_value());
    return sink.addresses + ((*log)->byte_order_warning().empty() ? "" : "warned");
  };
  CHECK(addresses(text, {}) == "192.0.2.10 192.0.2.10 127.0.0.1 warned");
  constexpr std::endian kOther = kLittle ? std::endian::big : std::endian::little;
  CHECK(addresses(header + "   0: " + open, {}) == "10.2.0.192 ");
  CHECK(addresses(header + "   0: " + open, kOther) == "192.0.2.10 ");
  CHECK(addresses(text, kOther) == "192.0.2.10 192.0.2.10 127.0.0.1 ");
}

TEST_CASE("tables of other sockets are no empty log") {
  const File udp(
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer "
      "drops\n");
  auto source = LogSource::open(udp.path());
  REQUIRE(source.has_value());
  Noted sink;
  const auto read = (*source)->read(sink);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().sentence().find("its tables are of other sockets than TCP's") != std::string::npos);
}

TEST_CASE("a trace that lacks entries which its header counts lacks records") {
  const auto told = [](const std::string& text) {
    const File file(text);
    auto source = LogSource::open(file.path());
    REQUIRE(source.has_value());
    Noted sink;
    CHECK((*source)->read(sink).has_value());
    return sink.all.back();
  };
  const std::string head = "# tracer: nop\n#\n# entries-in-buffer/entries-written: 3/3   #P:2\n#\n";
  const std::string record =
      "          <idle>-0       [001] ..s2.  6300.380816: inet_sock_set_state: oldstate=TCP_LISTEN "
      "newstate=TCP_SYN_RECV\n";
  const std::string other = "          <idle>-0       [001] ..s2.  6300.380816: sched_switch: prev_comm=x\n";
  CHECK(told(head + record + record + record).starts_with("transition 7"));
  CHECK(told(head + record + other + "#x-1 [001] 6300.4: sched_switch: prev_comm=x\n" + "# end\n")
            .starts_with("transition 5"));
  CHECK(told(head + record + "\n# end\n" + other) ==
        "missing 1 by line 3: the header counts 3 entries, and the log has 2");
  CHECK(told(head + record + "CPU:1 [LOST 12 EVENTS]\n") ==
        "missing 2 by line 3: the header counts 3 entries, and the log has 1");
  // Parts of the ring, one a processor.
  CHECK(told(head + record + record + head + record + record + record + record).starts_with("transition"));
  CHECK(told(head + record + record + head + record + record + record) ==
        "missing 1 by line 3: the headers count 6 entries, and the log has 5");
}

TEST_CASE("a sink that has enough ends the reading") {
  const File file(kLog);
  auto source = LogSource::open(file.path());
  REQUIRE(source.has_value());
  Noted sink;
  sink.most = 2;
  CHECK((*source)->read(sink).has_value());
  CHECK(sink.all.size() == 2);
  CHECK((*source)->lines() == 4);
}

TEST_CASE("a line that is longer than any record is bad, whatever it holds") {
  const File file(R"({"from":"CLOSE","to":"LISTEN","socket":")" + std::string(2 * kLongestLogLine, 'a') + "\"}\n");
  auto source = LogSource::open(file.path());
  REQUIRE(source.has_value());
  Noted sink;
  CHECK((*source)->read(sink).has_value());
  CHECK(sink.all == Words{"bad 1 longer than a record can be"});
}

TEST_CASE("what a line of any length has at its end is not lost in silence") {
  // Blocks are 64 KiB: the newline begins one of its own, or there is none.
  const std::string record = R"({"from":"CLOSE","to":"LISTEN","socket":"a"})";
  for (const std::size_t blocks : {16U, 17U, 40U}) {
    for (const std::string_view end : {"\n", ""}) {
      CAPTURE(blocks);
      const File file(record + std::string(blocks * 64 * 1024 - record.size(), ' ') + std::string(end));
      auto source = LogSource::open(file.path());
      REQUIRE(source.has_value());
      Noted sink;
      CHECK((*source)->read(sink).has_value());
      CHECK(sink.all == (blocks == 16 ? Words{"transition 1 a"} : Words{"bad 1 longer than a record can be"}));
    }
  }
}

TEST_CASE("what never ends a line is given up") {
  auto source = LogSource::open("/dev/zero");
  REQUIRE(source.has_value());
  Noted sink;
  const auto read = (*source)->read(sink);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().sentence() == "cannot read /dev/zero: no line ends within 64 MiB");
}

TEST_CASE("a log that is not there is an error") { CHECK_FALSE(LogSource::open("/does/not/exist").has_value()); }

}  // namespace
}  // namespace tcpstat::logs
