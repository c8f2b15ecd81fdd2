#include "cli/options/text_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <ostream>
#include <thread>

namespace tcpstat::cli::options {
namespace {

/// A name that is free, for the time of a test.
class TextPlace {
 public:
  TextPlace() { ::unlink(path.c_str()); }
  ~TextPlace() { ::unlink(path.c_str()); }
  TextPlace(const TextPlace&) = delete;
  TextPlace& operator=(const TextPlace&) = delete;

  const std::string path = "text_file_test." + std::to_string(::getpid()) + ".txt";
};

TEST_CASE("a text is read whole, without the mark of its byte order") {
  const TextPlace place;
  std::ofstream(place.path) << "\xef\xbb\xbf"
                            << "one\ntwo";
  CHECK(read_text_file(place.path, "list") == std::string("one\ntwo"));
  // More than a block.
  const std::string large = std::string(64U << 10U, 'a') + std::string(100'000, 'b') + "c";
  std::ofstream(place.path) << large;
  CHECK(read_text_file(place.path, "list") == large);
  std::ofstream(place.path) << "";
  CHECK(read_text_file(place.path, "list") == std::string());
}

TEST_CASE("a text has at most 32 MiB") {
  const TextPlace place;
  REQUIRE(::close(::creat(place.path.c_str(), 0600)) == 0);
  REQUIRE(::truncate(place.path.c_str(), 32 << 20) == 0);
  REQUIRE(read_text_file(place.path, "list").has_value());
  CHECK(read_text_file(place.path, "list")->size() == 32U << 20U);
  REQUIRE(::truncate(place.path.c_str(), (32 << 20) + 1) == 0);
  CHECK(read_text_file(place.path, "list").error() == place.path + " holds more than 32 MiB, which no list needs");
}

TEST_CASE("a file that cannot be read says why") {
  CHECK(read_text_file("/does/not/exist", "list").error() == "cannot read /does/not/exist: No such file or directory");
  CHECK(read_text_file("/", "list").error() == "cannot read /: Is a directory");
}

TEST_CASE("a writer of a FIFO is waited for, and its parts are one text") {
  const TextPlace place;
  REQUIRE(::mkfifo(place.path.c_str(), 0600) == 0);
  CHECK(read_text_file(place.path, "list", std::chrono::milliseconds(1)).error() ==
        "cannot read " + place.path + ": nothing came within --timeout (0 waits for ever)");
  std::thread writer([&place] {
    const int fd = ::open(place.path.c_str(), O_WRONLY | O_CLOEXEC);
    for (const char* part : {"one ", "two"}) CHECK(::write(fd, part, 4) > 0);
    ::close(fd);
  });
  const auto text = read_text_file(place.path, "list", std::nullopt);
  writer.join();
  CHECK(text == std::string("one two\0", 8));
}

TEST_CASE("a comment and the blanks around a line are no part of it") {
  CHECK(without_comment("  a b \t\r", "#;") == "a b");
  CHECK(without_comment("a ; b # c", "#;") == "a");
  CHECK(without_comment("a ; b # c", "#") == "a ; b");
  CHECK(without_comment(" # c", "#").empty());
  CHECK(without_comment("", "#").empty());
  CHECK(without_comment(" \t\r", "#").empty());
}

}  // namespace
}  // namespace tcpstat::cli::options
