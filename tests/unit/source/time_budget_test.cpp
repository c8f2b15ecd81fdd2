#include "parsers/source/time_budget.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ostream>

#include "base/file_descriptor.h"

namespace tcpstat::source {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    from = FileDescriptor(ends[0]);
    to = FileDescriptor(ends[1]);
  }
  void fill() const { REQUIRE(::write(to.get(), "x", 1) == 1); }
  FileDescriptor from;
  FileDescriptor to;
};

using std::chrono::milliseconds;

TEST_CASE("what is there already is read, whatever the budget") {
  const Pipe pipe;
  pipe.fill();
  CHECK(TimeBudget(milliseconds(0)).wait_readable(pipe.from.get()));
  CHECK(TimeBudget(std::nullopt).wait_readable(pipe.from.get()));
}

TEST_CASE("nothing comes, and the budget is spent") {
  const Pipe pipe;
  TimeBudget budget(milliseconds(1));
  CHECK_FALSE(budget.wait_readable(pipe.from.get()));
  CHECK_FALSE(budget.wait_readable(pipe.from.get()));
  pipe.fill();
  CHECK(budget.wait_readable(pipe.from.get()));
}

TEST_CASE("an end is something to read, and whoever is told to stop does not wait") {
  Pipe pipe;
  const Pipe stop;
  stop.fill();
  CHECK_FALSE(TimeBudget(std::nullopt).wait_readable(pipe.from.get(), stop.from.get()));
  pipe.to = FileDescriptor();
  CHECK(TimeBudget(std::nullopt).wait_readable(pipe.from.get()));
}

TEST_CASE("a wait that the kernel refuses ends with its error, at once") {
  const Pipe pipe;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit few = before;
  few.rlim_cur = 1;  // poll(2): EINVAL for more descriptors than that
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  const bool readable = TimeBudget(std::nullopt).wait_readable(pipe.from.get(), pipe.from.get());
  const int error = errno;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK_FALSE(readable);
  CHECK(error == EINVAL);
}

}  // namespace
}  // namespace tcpstat::source
