#include "render/duration_text.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::render {
namespace {

TEST_CASE("durations have two units, or seconds with tenths") {
  struct Case {
    std::uint64_t ms;
    std::string_view text;
  };
  for (const Case& one :
       {Case{0, "0.0s"}, Case{1'249, "1.2s"}, Case{59'900, "59.9s"}, Case{59'949, "59.9s"}, Case{59'950, "1m00s"},
        Case{60'000, "1m00s"}, Case{61'999, "1m01s"}, Case{3'599'999, "59m59s"}, Case{3'600'000, "1h00m"},
        Case{7'259'999, "2h00m"}, Case{7'260'000, "2h01m"}, Case{86'399'999, "23h59m"}, Case{86'400'000, "1d00h"},
        Case{183'600'000, "2d03h"}, Case{8'640'000'000, "100d00h"}}) {
    CHECK(duration_text(one.ms) == one.text);
  }
}

TEST_CASE("times that the kernel announces are told to the microsecond where they are short") {
  struct Case {
    std::int64_t us;
    std::string_view text;
  };
  for (const Case& one :
       {Case{0, "0us"}, Case{999, "999us"}, Case{1'000, "1.0ms"}, Case{1'260, "1.3ms"}, Case{999'900, "999.9ms"},
        Case{999'960, "1.0s"}, Case{1'000'000, "1.0s"}, Case{61'000'000, "1m01s"}}) {
    CHECK(exact_text(EventTime(one.us)) == one.text);
  }
}

}  // namespace
}  // namespace tcpstat::render
