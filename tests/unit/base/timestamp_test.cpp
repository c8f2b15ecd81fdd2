#include "base/timestamp.h"

#include <doctest/doctest.h>

#include <ctime>
#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("points in time are RFC 3339 in UTC with milliseconds") {
  CHECK(timestamp({0, 0}) == "1970-01-01T00:00:00.000Z");
  CHECK(timestamp({951'827'696, 999'999'999}) == "2000-02-29T12:34:56.999Z");
  CHECK(timestamp({4'102'444'799, 1'000'000}) == "2099-12-31T23:59:59.001Z");
}

TEST_CASE("a point in time is read back, with any offset and any number of digits") {
  using std::chrono::microseconds;
  CHECK(time_from("1970-01-01T00:00:00Z") == microseconds(0));
  CHECK(time_from("2000-02-29T12:34:56.999Z") == microseconds(951'827'696'999'000));
  CHECK(time_from("2000-02-29T14:34:56.9991234+02:00") == microseconds(951'827'696'999'123));
  CHECK(time_from("2000-02-29T07:04:56-05:30") == microseconds(951'827'696'000'000));
  for (const std::string_view text : {"", "now", "2000-02-30T00:00:00Z", "2000-13-01T00:00:00Z", "2000-02-29",
                                      "12:34:56Z", "2000-02-29T00:00:00+24:00", "2000-02-29T00:00:00+00:60"}) {
    CAPTURE(text);
    CHECK_FALSE(time_from(text));
  }
}

}  // namespace
}  // namespace tcpstat
