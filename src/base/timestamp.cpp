#include "base/timestamp.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace tcpstat::inline base {

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

std::string timestamp(std::chrono::microseconds since_1970) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  timespec time{};
  // A time_t of 32 bits cannot hold every such time.
  time.tv_sec = static_cast<std::time_t>(seconds.count());
  time.tv_nsec = static_cast<long>(std::chrono::nanoseconds(since_1970 - seconds).count());
  return timestamp(time);
}

namespace {

/// Takes a number of exactly `digits` digits away from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || text.substr(0, digits).find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  int number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view marks) {
  if (text.empty() || marks.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<std::chrono::microseconds> time_from(std::string_view text) {
  using namespace std::chrono;
  std::array<int, 6> fields{};
  constexpr std::array<std::size_t, 6> kDigits = {4, 2, 2, 2, 2, 2};
  constexpr std::array<std::string_view, 6> kBefore = {"", "-", "-", "Tt ", ":", ":"};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0 && !take(text, kBefore[i])) return std::nullopt;
    const auto number = take_number(text, kDigits[i]);
    if (!number) return std::nullopt;
    fields[i] = *number;
  }
  const year_month_day date{year{fields[0]}, month{static_cast<unsigned>(fields[1])},
                            day{static_cast<unsigned>(fields[2])}};
  if (!date.ok() || fields[3] > 23 || fields[4] > 59 || fields[5] > 60) return std::nullopt;
  microseconds part{};
  if (take(text, ".,")) {
    long scale = 100'000;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), scale /= 10) {
      part += microseconds(scale * (text.front() - '0'));
    }
  }
  minutes offset{};
  if (!take(text, "Zz") && !text.empty()) {
    const bool behind = text.front() == '-';
    if (!take(text, "+-")) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || !take(text, ":")) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
    offset = hours(*hour) + minutes(*minute);
    if (behind) offset = -offset;
  }
  if (!text.empty()) return std::nullopt;
  return sys_days(date).time_since_epoch() + hours(fields[3]) + minutes(fields[4]) + seconds(fields[5]) + part - offset;
}

}  // namespace tcpstat::inline base
