#include "parsers/logs/log_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

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

std::string text_of(const std::string& text) {
  const File file(text);
  auto log = LogFile::open(file.path());
  REQUIRE(log.has_value());
  CHECK(log->path() == file.path());
  std::string all;
  const auto read = log->blocks([&](std::string_view block) {
    all.append(block);
    return true;
  });
  CHECK(read.has_value());
  CHECK_FALSE(log->was_ended());
  return all;
}

TEST_CASE("all of it comes, in blocks") {
  for (const std::size_t size : {0U, 1U, 65'536U, 200'000U}) {
    std::string text(size, 'x');
    if (!text.empty()) text.back() = 'y';
    CHECK(text_of(text) == text);
  }
}

TEST_CASE("who has enough is asked no more") {
  const File file(std::string(200'000, 'x'));
  auto log = LogFile::open(file.path());
  REQUIRE(log.has_value());
  int blocks = 0;
  CHECK(log->blocks([&](std::string_view) { return ++blocks < 2; }).has_value());
  CHECK(blocks == 2);
}

TEST_CASE("a log that is ended while its writer is silent ends") {
  const std::string fifo =
      (std::filesystem::temp_directory_path() / "tcpstat-lines-fifo").string() + std::to_string(::getpid());
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const FileDescriptor writer(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));  // a reader, too: open() does not wait
  REQUIRE(static_cast<bool>(writer));
  auto log = LogFile::open(fifo);
  ::unlink(fifo.c_str());
  REQUIRE(log.has_value());
  REQUIRE(::write(writer.get(), "a\n", 2) == 2);
  std::string all;
  CHECK(log->blocks([&](std::string_view block) {
             all.append(block);
             log->end();
             return true;
           })
            .has_value());
  CHECK(all == "a\n");
  CHECK(log->was_ended());
}

TEST_CASE("a pipe that has ended stays so, whoever writes to it later") {
  const std::string fifo =
      (std::filesystem::temp_directory_path() / "tcpstat-lines-again").string() + std::to_string(::getpid());
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  FileDescriptor writer(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(static_cast<bool>(writer));
  auto log = LogFile::open(fifo);
  REQUIRE(log.has_value());
  std::string all;
  const auto read = [&] {
    return log->blocks([&](std::string_view block) {
      all.append(block);
      return true;
    });
  };
  REQUIRE(::write(writer.get(), "a\n", 2) == 2);
  writer = FileDescriptor();
  CHECK(read().has_value());
  writer = FileDescriptor(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
  ::unlink(fifo.c_str());
  REQUIRE(::write(writer.get(), "b\n", 2) == 2);
  writer = FileDescriptor();
  CHECK(read().has_value());
  CHECK(all == "a\n");
}

TEST_CASE("a pipe whose other user made its reads return at once is waited for") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0);
  const FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  const FileDescriptor before(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  REQUIRE(::dup2(reader.get(), STDIN_FILENO) == STDIN_FILENO);
  auto log = LogFile::open("-");
  REQUIRE(log.has_value());
  std::thread late([&] {
    static_cast<void>(::write(writer.get(), "a\n", 2));
    writer = FileDescriptor();
  });
  std::string all;
  const auto read = log->blocks([&](std::string_view block) {
    all.append(block);
    return true;
  });
  late.join();
  before ? ::dup2(before.get(), STDIN_FILENO) : ::close(STDIN_FILENO);
  CHECK(read.has_value());
  CHECK(all == "a\n");
}

TEST_CASE("what cannot be read says why") {
  const auto missing = LogFile::open("/does/not/exist");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().sentence().find("cannot open /does/not/exist: No such file or directory") == 0);
  const auto folder = LogFile::open("/");
  REQUIRE_FALSE(folder.has_value());
  CHECK(folder.error().sentence().find("cannot read /: Is a directory") == 0);
}

}  // namespace
}  // namespace tcpstat::logs
