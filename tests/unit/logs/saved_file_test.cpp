#include "parsers/logs/saved_file.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ostream>
#include <string>

#include "base/file_descriptor.h"
#include "base/timestamp.h"
#include "support/proc_root.h"

namespace tcpstat::logs {
namespace {

TEST_CASE("a file is read in blocks to its end") {
  const test::ProcRoot root;
  const std::string content = std::string(SavedFile::kBlock, 'a') + "bc";
  root.file("saved", content);
  auto file = SavedFile::open(root.path("saved"), {});
  REQUIRE(file);
  CHECK(file->name() == root.path("saved"));
  CHECK(file->read().value() == content.substr(0, SavedFile::kBlock));
  CHECK(file->read().value() == "bc");
  CHECK(file->read().value() == "");
  CHECK(file->read().value() == "");
}

TEST_CASE("a regular file tells when it was changed, and a pipe does not") {
  const test::ProcRoot root;
  root.file("saved", "x");
  const std::array<timespec, 2> times = {{{0, 0}, {1'000'000'000, 250'000'000}}};
  REQUIRE(::utimensat(AT_FDCWD, root.path("saved").c_str(), times.data(), 0) == 0);
  CHECK(SavedFile::open(root.path("saved"), {})->changed() == timestamp(times[1]));
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const FileDescriptor in(ends[0]);
  FileDescriptor out(ends[1]);
  auto pipe = SavedFile::open("/proc/self/fd/" + std::to_string(in.get()), std::chrono::milliseconds(1));
  REQUIRE(pipe);
  CHECK_FALSE(pipe->changed().has_value());
  REQUIRE(::write(out.get(), "ab", 2) == 2);
  CHECK(pipe->read().value() == "ab");
  const auto late = pipe->read();
  REQUIRE_FALSE(late);
  CHECK(late.error().doing == "read " + pipe->name());
  CHECK(late.error().code == ETIMEDOUT);
  CHECK(late.error().hint == "try a longer --timeout; 0 waits for ever");
  out = FileDescriptor();
  CHECK(pipe->read().value() == "");
}

TEST_CASE("what cannot be opened tells why, and what a word may have meant") {
  const auto word = SavedFile::open("netlnik", {});
  REQUIRE_FALSE(word);
  CHECK(word.error().doing == "open netlnik");
  CHECK(word.error().code == ENOENT);
  CHECK(word.error().hint == "sources are auto, netlink, proc, both or a file");
  const auto path = SavedFile::open("./netlnik", {});
  REQUIRE_FALSE(path);
  CHECK(path.error().code == ENOENT);
  CHECK(path.error().hint == "");
  const auto no_directory = SavedFile::open("/proc/version/x", {});
  REQUIRE_FALSE(no_directory);
  CHECK(no_directory.error().code == ENOTDIR);
  CHECK(no_directory.error().hint == "");
  const auto directory = SavedFile::open("/proc", {});
  REQUIRE_FALSE(directory);
  CHECK(directory.error().doing == "read /proc");
  CHECK(directory.error().code == EISDIR);
  CHECK(directory.error().hint == "directories are for --proc-root");
}

TEST_CASE("a dash is standard input") {
  const auto file = SavedFile::open("-", {});
  REQUIRE(file);
  CHECK(file->name() == "standard input");
}

}  // namespace
}  // namespace tcpstat::logs
