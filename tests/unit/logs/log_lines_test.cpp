#include "parsers/logs/log_lines.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <ostream>
#include <vector>

namespace tcpstat::logs {
namespace {

/// A file with that text, gone with the object.
class File {
 public:
  explicit File(const std::string& text) {
    path_ = (std::filesystem::temp_directory_path() / "tcpstat-lines-XXXXXX").string();
    const FileDescriptor fd(::mkstemp(path_.data()));
    REQUIRE(static_cast<bool>(fd));
    REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::unlink(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  const File file(text);
  auto log = LogLines::open(file.path());
  REQUIRE(log.has_value());
  Lines lines;
  const auto read = log->each([&](std::string_view line, std::uint64_t number) {
    CHECK(number == lines.size() + 1);
    lines.emplace_back(line);
    return true;
  });
  CHECK(read.has_value());
  CHECK_FALSE(log->was_ended());
  return lines;
}

TEST_CASE("each line comes with its number, the last one with or without its newline") {
  CHECK(lines_of("a\nb\n") == Lines{"a", "b"});
  CHECK(lines_of("a\nb") == Lines{"a", "b"});
  CHECK(lines_of("\n\na\n") == Lines{"", "", "a"});
  CHECK(lines_of("").empty());
}

TEST_CASE("lines are whole across blocks of a read") {
  const std::string line(40'000, 'x');
  CHECK(lines_of(line + "\n" + line + "\n" + line) == Lines{line, line, line});
}

TEST_CASE("who has enough is asked no more") {
  const File file("a\nb\nc\n");
  auto log = LogLines::open(file.path());
  REQUIRE(log.has_value());
  Lines lines;
  CHECK(log->each([&](std::string_view line, std::uint64_t) {
             lines.emplace_back(line);
             return lines.size() < 2;
           })
            .has_value());
  CHECK(lines == Lines{"a", "b"});
}

TEST_CASE("a log that is ended while its writer is silent ends, without what was begun") {
  const std::string fifo =
      (std::filesystem::temp_directory_path() / "tcpstat-lines-fifo").string() + std::to_string(::getpid());
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const FileDescriptor writer(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));  // a reader, too: open() does not wait
  REQUIRE(static_cast<bool>(writer));
  auto log = LogLines::open(fifo);
  ::unlink(fifo.c_str());
  REQUIRE(log.has_value());
  constexpr std::string_view kText = "a\nb\nbegun";
  REQUIRE(::write(writer.get(), kText.data(), kText.size()) == static_cast<ssize_t>(kText.size()));
  Lines lines;
  CHECK(log->each([&](std::string_view line, std::uint64_t) {
             lines.emplace_back(line);
             if (line == "b") log->end();
             return true;
           })
            .has_value());
  CHECK(lines == Lines{"a", "b"});
  CHECK(log->was_ended());
}

TEST_CASE("what cannot be read says why") {
  const auto missing = LogLines::open("/does/not/exist");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().sentence().find("cannot open /does/not/exist: No such file or directory") == 0);
  const auto folder = LogLines::open("/");
  REQUIRE_FALSE(folder.has_value());
  CHECK(folder.error().sentence().find("cannot read /: Is a directory") == 0);
}

}  // namespace
}  // namespace tcpstat::logs
