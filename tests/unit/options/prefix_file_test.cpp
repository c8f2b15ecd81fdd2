#include "cli/options/prefix_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::cli::options {
namespace {

/// A file for the time of a test.
class ListFile {
 public:
  explicit ListFile(const std::string& text) { std::ofstream(path_) << text; }
  ~ListFile() { static_cast<void>(std::remove(path_.c_str())); }
  ListFile(const ListFile&) = delete;
  ListFile& operator=(const ListFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "prefix_file_test." + std::to_string(::getpid()) + ".txt";
};

std::string why(const std::string& text) {
  const ListFile file(text);
  const auto read = read_prefix_file(file.path());
  return read ? "" : read.error().substr(file.path().size());
}

TEST_CASE("a file holds prefixes, comments and empty lines") {
  const ListFile file("\xef\xbb\xbf# blocked\n192.0.2.0/24 ; somebody\r\n\n  2001:db8::/32\n198.51.100.7");
  const auto read = read_prefix_file(file.path());
  REQUIRE(read);
  CHECK((*read)->size() == 3);
  CHECK((*read)->contains(test::address("192.0.2.9")));
  CHECK((*read)->contains(test::address("198.51.100.7")));
}

TEST_CASE("what is no prefix is an error that names the line") {
  CHECK(why("192.0.2.1\n\nexample.org\n").starts_with(", line 3: unknown address \"example.org\""));
  CHECK(why("192.0.2.1:80\n").starts_with(", line 1: \"192.0.2.1:80\" is no prefix"));
  CHECK(why("*\n").starts_with(", line 1: \"*\" is no prefix"));
  CHECK(why("10.0.0.0/33").starts_with(", line 1: bad prefix length"));
  CHECK(why("# nothing\n") == " holds no prefix");
  CHECK(why(std::string(40U << 20U, 'x')).starts_with(" holds more than 32 MiB"));
  CHECK(why("1.2.3.4\n" + std::string(1000, 'x')).size() < 400);
  CHECK(read_prefix_file("/does/not/exist").error() == "cannot read /does/not/exist: No such file or directory");
  CHECK_FALSE(read_prefix_file("/"));
  CHECK_FALSE(read_prefix_file("/dev/zero"));
}

TEST_CASE("a FIFO without a writer is waited for no longer than was asked") {
  const std::string path = "prefix_file_test." + std::to_string(::getpid()) + ".fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const auto read = read_prefix_file(path, std::chrono::milliseconds(1));
  ::unlink(path.c_str());
  REQUIRE_FALSE(read);
  CHECK(read.error() == "cannot read " + path + ": nothing came within --timeout (0 waits for ever)");
}

}  // namespace
}  // namespace tcpstat::cli::options
