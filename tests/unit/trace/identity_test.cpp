#include "trace/identity.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::trace {
namespace {

TEST_CASE("the cookie decides, whatever the inode says") {
  CHECK(sameness({7, 0}, {7, 4711}) == Sameness::same);
  CHECK(sameness({7, 4711}, {8, 4711}) == Sameness::reused);
}

TEST_CASE("without cookies an inode can only speak against it") {
  CHECK(sameness({{}, 4711}, {{}, 4712}) == Sameness::reused);
  CHECK(sameness({{}, 4711}, {{}, 4711}) == Sameness::doubtful);
  CHECK(sameness({{}, 0}, {{}, 4711}) == Sameness::doubtful);
  CHECK(sameness({{}, 4711}, {{}, {}}) == Sameness::doubtful);
  CHECK(sameness({7, 4711}, {{}, 4711}) == Sameness::doubtful);
}

}  // namespace
}  // namespace tcpstat::trace
