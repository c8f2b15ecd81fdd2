#include "check/open_files.h"

#include <doctest/doctest.h>

#include "support/fake_host.h"

namespace tcpstat::check {
namespace {

TEST_CASE("each process is asked about once, and the answers are kept") {
  test::FakeHost host;
  host.open_files = {{7, 1024}, {8, 4096}};
  const OpenFiles files(host);
  CHECK(files.known().empty());
  CHECK(files.open_files(8) == 4096);
  CHECK(files.open_files(7) == 1024);
  host.open_files = {{7, 1}, {9, 5}};
  CHECK(files.open_files(7) == 1024);
  REQUIRE(files.known().size() == 2);
  CHECK(files.known()[0].pid == 8);
  CHECK(files.known()[0].limit == 4096);
  CHECK(files.known()[1].pid == 7);
  CHECK(files.unknown().empty());
}

TEST_CASE("a process without an answer is told, once") {
  test::FakeHost host;
  const OpenFiles files(host);
  CHECK_FALSE(files.open_files(7));
  CHECK(files.unknown() == "how many files process 7 may have open: its limits cannot be read");
  host.open_files[7] = 1;
  CHECK_FALSE(files.open_files(7));
  CHECK_FALSE(files.open_files(8));
  CHECK(files.unknown() == "how many files process 7 (and 1 more) may have open: its limits cannot be read");
  CHECK_FALSE(files.open_files(9));
  host.saved = true;
  CHECK(files.unknown() == "how many files process 7 (and 2 more) may have open: that was not saved");
  CHECK(files.known().empty());
}

TEST_CASE("a socket whose process is not known has no answer that is missing") {
  test::FakeHost host;
  const OpenFiles files(host);
  CHECK_FALSE(files.open_files(0));
  CHECK(files.unknown().empty());
  host.open_files[0] = 5;
  CHECK(files.open_files(0) == 5);
  CHECK(files.known().empty());
}

}  // namespace
}  // namespace tcpstat::check
