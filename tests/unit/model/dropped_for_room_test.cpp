#include "model/dropped_for_room.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("entries that clash count as dropped, and want no room") {
  CHECK(dropped_for_room(5, 0) == 5U);
  CHECK(dropped_for_room(5, 2) == 3U);
  CHECK(dropped_for_room(5, 5) == 0U);
  CHECK(dropped_for_room(5, 6) == 0U);
  CHECK(dropped_for_room(5, std::nullopt) == 5U);
  CHECK(dropped_for_room(std::nullopt, 2) == std::nullopt);
}

}  // namespace
}  // namespace tcpstat
