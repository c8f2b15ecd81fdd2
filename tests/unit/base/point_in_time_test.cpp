#include "base/point_in_time.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "base/timestamp.h"
#include "support/zone.h"

namespace tcpstat::inline base {
namespace {

using std::chrono::microseconds;
using test::Zone;

const microseconds kNow = *time_from("2026-11-28T12:30:00Z");

std::string told(std::string_view words) {
  const auto time = point_in_time(words, kNow);
  if (!time) return "none";
  const timespec at{static_cast<std::time_t>(time->count() / 1'000'000), 0};
  return timestamp(at).substr(0, 19);
}

TEST_CASE("an hour is the last one that has been") {
  const Zone zone("UTC0");
  CHECK(told("03:00") == "2026-11-28T03:00:00");
  CHECK(told("3:00:07") == "2026-11-28T03:00:07");
  CHECK(told("12:30") == "2026-11-28T12:30:00");
  CHECK(told("12:31") == "2026-11-27T12:31:00");
  CHECK(told("yesterday 03:00") == "2026-11-27T03:00:00");
  CHECK(told("yesterday") == "2026-11-27T00:00:00");
  CHECK(told("today 23:00") == "2026-11-28T23:00:00");
}

TEST_CASE("an hour after a time is the next one of that name") {
  const Zone zone("XST-9");  // 21:30 there
  const auto told_after = [](std::string_view words) -> std::string {
    const auto time = hour_after(words, kNow);
    return time ? timestamp({static_cast<std::time_t>(time->count() / 1'000'000), 0}).substr(0, 19) : "none";
  };
  CHECK(told_after("21:30") == "2026-11-28T12:30:00");
  CHECK(told_after("21:29") == "2026-11-29T12:29:00");
  CHECK(told_after("23:00:05") == "2026-11-28T14:00:05");
  CHECK(told_after("00:10") == "2026-11-28T15:10:00");
  for (const char* words : {"", "now", "-2h", "yesterday 03:00", "2026-11-28 03:00", "25:00"}) {
    CHECK(told_after(words) == "none");
  }
}

TEST_CASE("hours are local, also where the day is another one") {
  const Zone zone("XST-9");  // nine hours before UTC: 21:30 there
  CHECK(told("03:00") == "2026-11-27T18:00:00");
  CHECK(told("22:00") == "2026-11-27T13:00:00");
  CHECK(told("2026-11-28 03:00") == "2026-11-27T18:00:00");
  CHECK(told("2026-11-28T03:00:00Z") == "2026-11-28T03:00:00");
  CHECK(told("2026-11-28T03:00:00+01:00") == "2026-11-28T02:00:00");
  CHECK(told("2026-11-28T03:00:00-01:00") == "2026-11-28T04:00:00");
  CHECK(told("2026-11-28T03:00:00") == "2026-11-27T18:00:00");
  CHECK(told("2026-11-28") == "2026-11-27T15:00:00");
}

TEST_CASE("so long ago") {
  CHECK(told("-2h") == "2026-11-28T10:30:00");
  CHECK(told("-1h30m") == "2026-11-28T11:00:00");
  CHECK(told("-90s") == "2026-11-28T12:28:30");
  CHECK(told("-7d") == "2026-11-21T12:30:00");
  CHECK(told("-1w") == "2026-11-21T12:30:00");
  CHECK(told("-7D") == "2026-11-21T12:30:00");
  CHECK(told("-5min30sec") == "2026-11-28T12:24:30");
  CHECK(told("now") == "2026-11-28T12:30:00");
  CHECK(told("@1795748400") == "2026-11-27T03:00:00");
}

TEST_CASE("other words are no time") {
  const Zone zone("UTC0");
  for (const char* words : {"",
                            "-",
                            "-2",
                            "-h",
                            "-2x",
                            "2h",
                            "24:00",
                            "12:60",
                            "1:2:3:4",
                            "tomorrow",
                            "yesterday03:00",
                            "yesterday ",
                            "2026-13-01",
                            "2026-11-28 25:00",
                            "2026-11-28x",
                            "@",
                            "@-1",
                            "@1x",
                            "03",
                            "-99999999999999999999d",
                            "-999999999d",
                            "@99999999999999",
                            "2026-11-28T03:00:00+1"}) {
    CAPTURE(words);
    CHECK(told(words) == "none");
  }
}

TEST_CASE("a night with two hours of one name has one of them") {
  const Zone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  const std::string twice = told("2026-10-25 02:30");
  CHECK((twice == "2026-10-25T00:30:00" || twice == "2026-10-25T01:30:00"));
}

}  // namespace
}  // namespace tcpstat::inline base
