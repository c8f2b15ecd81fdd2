#include "base/timestamp.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace tcpstat {

// Not gmtime_r(3): it reads the time zone files, which UTC does not need.
std::string timestamp(const timespec& time) {
  using namespace std::chrono;
  const sys_seconds point{seconds(time.tv_sec)};
  const auto day = floor<days>(point);
  const year_month_day date(day);
  const hh_mm_ss clock(point - day);
  std::array<char, 64> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03ldZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()), time.tv_nsec / 1'000'000);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace tcpstat
