#include "parsers/procfs/proc_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <ostream>

#include "support/proc_root.h"

namespace tcpstat::procfs {
namespace {

TEST_CASE("a file is read whole, whatever the size of a block") {
  const test::ProcRoot root;
  std::string text;
  while (text.size() < 100'000) text += std::to_string(text.size()) + "\n";
  root.file("long", text);
  CHECK(read_whole_file(root.path("long")) == text);
  CHECK(read_whole_file(root.path("long"), 7) == text);
}

TEST_CASE("what is no file of /proc/net is not read") {
  const test::ProcRoot root;
  CHECK_FALSE(read_whole_file(root.path("missing")));
  CHECK_FALSE(read_whole_file(root.path()));
  CHECK_FALSE(read_whole_file("/dev/zero"));
  REQUIRE(::mkfifo(root.path("fifo").c_str(), 0600) == 0);
  CHECK(read_whole_file(root.path("fifo")).value_or("").empty());  // and does not wait
}

TEST_CASE("of a small file the first line counts, at most 4 KiB") {
  const test::ProcRoot root;
  root.file("one", "5\n6\n");
  root.file("cut", "5");
  root.file("empty", "");
  root.file("long", std::string(10'000, 'x'));
  CHECK(read_small_file(root.path("one")) == "5");
  CHECK(read_small_file(root.path("cut")) == "5");
  CHECK(read_small_file(root.path("empty")) == "");
  CHECK(read_small_file(root.path("long")) == std::string(4096, 'x'));
  CHECK_FALSE(read_small_file(root.path("missing")));
  CHECK_FALSE(read_small_file(root.path()));
  REQUIRE(::mkfifo(root.path("fifo").c_str(), 0600) == 0);
  CHECK(read_small_file(root.path("fifo")).value_or("").empty());  // and does not wait
}

}  // namespace
}  // namespace tcpstat::procfs
