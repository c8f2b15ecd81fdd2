#include "base/point_in_time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string>

#include "base/ascii.h"
#include "base/timestamp.h"

namespace tcpstat::inline base {
namespace {

using namespace std::chrono;

constexpr std::string_view kDecimals = "0123456789";

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

struct TypedUnit {
  std::string_view word;
  seconds size;
};
constexpr auto kTypedUnits = std::to_array<TypedUnit>({{"s", seconds(1)},
                                                       {"sec", seconds(1)},
                                                       {"m", minutes(1)},
                                                       {"min", minutes(1)},
                                                       {"h", hours(1)},
                                                       {"d", days(1)},
                                                       {"w", weeks(1)}});

struct Clock {
  int hour = 0;
  int minute = 0;
  int second = 0;
};

/// "03:00", "3:00:30".
std::optional<Clock> clock_of(std::string_view text) {
  std::array<int, 3> fields{};
  std::size_t count = 0;
  while (count < fields.size()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const auto field = number(text.substr(0, end));
    if (!field || end > 2) return std::nullopt;
    fields[count++] = static_cast<int>(*field);
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
    if (count == fields.size()) return std::nullopt;
  }
  if (count < 2 || fields[0] > 23 || fields[1] > 59 || fields[2] > 59) return std::nullopt;
  return Clock{fields[0], fields[1], fields[2]};
}

/// The clock time in local time, `days_before` days before that of `now`. mktime(3) decides about the hour that a
/// change to or from summer time skips or repeats.
microseconds local(microseconds now, int days_before, const Clock& clock) {
  const auto seconds_now = static_cast<std::time_t>(floor<seconds>(now).count());
  std::tm day{};
  ::localtime_r(&seconds_now, &day);
  day.tm_mday -= days_before;
  day.tm_hour = clock.hour;
  day.tm_min = clock.minute;
  day.tm_sec = clock.second;
  day.tm_isdst = -1;
  return seconds(std::mktime(&day));
}

/// A day, and perhaps an hour, without an offset.
std::optional<microseconds> local_date(std::string_view words) {
  constexpr std::size_t kDay = 10;  // 2026-11-27
  if (words.size() < kDay) return std::nullopt;
  // The reader of RFC 3339 knows which days exist.
  const auto midnight = time_from(std::string(words.substr(0, kDay)) + "T00:00:00Z");
  if (!midnight) return std::nullopt;
  Clock clock;
  if (words.size() > kDay) {
    if (words[kDay] != ' ' && words[kDay] != 'T') return std::nullopt;
    const auto given = clock_of(words.substr(kDay + 1));
    if (!given) return std::nullopt;
    clock = *given;
  }
  const year_month_day date{sys_days(floor<days>(*midnight))};
  std::tm day{};
  day.tm_year = static_cast<int>(date.year()) - 1900;
  day.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  day.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  day.tm_hour = clock.hour;
  day.tm_min = clock.minute;
  day.tm_sec = clock.second;
  day.tm_isdst = -1;
  return seconds(std::mktime(&day));
}

}  // namespace

std::optional<seconds> time_length(std::string_view text) {
  constexpr std::int64_t kMost = 100LL * 366 * 24 * 3600;
  seconds sum{};
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of(kDecimals), text.size());
    const auto count = number(text.substr(0, digits));
    text.remove_prefix(digits);
    const std::string word = ascii_lower(text.substr(0, text.find_first_of(kDecimals)));
    const auto* unit =
        std::find_if(kTypedUnits.begin(), kTypedUnits.end(), [&](const TypedUnit& one) { return one.word == word; });
    if (!count || *count > kMost || unit == kTypedUnits.end()) return std::nullopt;
    sum += *count * unit->size;
    if (sum.count() > kMost) return std::nullopt;
    text.remove_prefix(word.size());
  }
  return sum;
}

std::optional<microseconds> point_in_time(std::string_view words, microseconds now) {
  if (words == "now") return now;
  if (words.starts_with('-')) {
    const auto ago = time_length(words.substr(1));
    return ago ? std::optional(now - *ago) : std::nullopt;
  }
  if (words.starts_with('@')) {
    const auto since_1970 = number(words.substr(1));
    constexpr std::int64_t kMost = 253'402'300'799;  // the year 9999
    if (!since_1970 || *since_1970 > kMost) return std::nullopt;
    return seconds(*since_1970);
  }
  if (const auto clock = clock_of(words)) {
    const microseconds today = local(now, 0, *clock);
    return today <= now ? today : local(now, 1, *clock);
  }
  for (const auto& [word, days_before] : {std::pair<std::string_view, int>{"today", 0}, {"yesterday", 1}}) {
    if (!words.starts_with(word)) continue;
    words.remove_prefix(word.size());
    if (words.empty()) return local(now, days_before, {});
    const auto clock = words.front() == ' ' ? clock_of(words.substr(1)) : std::nullopt;
    return clock ? std::optional(local(now, days_before, *clock)) : std::nullopt;
  }
  if (const auto exact = time_from(words)) {
    // The same words without an offset are local time.
    const bool has_offset = words.find_first_of("Zz+", 10) != words.npos || words.find('-', 10) != words.npos;
    if (has_offset) return exact;
  }
  return local_date(words);
}

std::optional<microseconds> hour_after(std::string_view words, microseconds from) {
  const auto clock = clock_of(words);
  if (!clock) return std::nullopt;
  const microseconds that_day = local(from, 0, *clock);
  return that_day >= from ? that_day : local(from, -1, *clock);
}

}  // namespace tcpstat::inline base
