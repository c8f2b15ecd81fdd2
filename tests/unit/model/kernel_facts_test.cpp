#include "model/kernel_facts.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <string>
#include <utility>

namespace tcpstat {
namespace {

TEST_CASE("a counter that grows, wraps or begins anew") {
  CHECK(growth(5, 7) == 2U);
  CHECK(growth(7, 7) == 0U);
  CHECK(growth(0xFFFF'FFFFU, 2) == 3U);  // 32 bits wrapped
  CHECK_FALSE(growth(7, 5));
  CHECK_FALSE(growth(0x1'0000'0000U, 2));  // 64 bits do not wrap
  CHECK_FALSE(growth(std::nullopt, 2));
  CHECK_FALSE(growth(2, std::nullopt));
}

TEST_CASE("every value of a table has a key and a place of its own, and the lines of a file stand together") {
  std::set<std::string_view> keys;
  std::set<std::string> places;
  const auto look = [&](const auto& table) {
    std::set<std::string_view> files;
    std::string_view file;
    for (const auto& info : table) {
      CAPTURE(info.key);
      CHECK(keys.insert(info.key).second);
      CHECK(
          places.insert(std::string(info.file) + " " + std::string(info.group) + " " + std::string(info.name)).second);
      if (info.file != file) CHECK(files.insert(info.file).second);
      file = info.file;
    }
  };
  look(kKernelCounters);
  look(kFilterCounters);
  look(kSocketUsage);
  look(kTimerSettings);
  look(kOtherSettings);
}

TEST_CASE("a visitor sees each counter once, to read it or to write it") {
  KernelCounters counters;
  FilterCounters filters;
  std::uint64_t next = 1;
  for_each_counter(counters, filters, [&](std::string_view, std::optional<std::uint64_t>& value) { value = next++; });
  CHECK(next == 1 + kKernelCounters.size() + kFilterCounters.size());
  std::uint64_t expected = 1;
  for_each_counter(std::as_const(counters), std::as_const(filters),
                   [&](std::string_view, const std::optional<std::uint64_t>& value) { CHECK(value == expected++); });
  CHECK(counters.out_no_routes == 1U);
  CHECK(counters.active_opens == 4U);
  CHECK(filters.softnet_dropped == next - 1);
}

TEST_CASE("settings hold the limits of timers as well") {
  KernelSettings settings;
  settings.fin_timeout_s = 60;
  const KernelLimits& limits = settings;
  CHECK(limits.fin_timeout_s == 60U);
}

}  // namespace
}  // namespace tcpstat
