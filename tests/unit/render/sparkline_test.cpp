#include "render/sparkline.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>

namespace tcpstat::render {
namespace {

TEST_CASE("a sparkline rises with its values, and hardly moves where they hardly do") {
  using Values = std::array<std::optional<std::uint64_t>, 3>;
  CHECK(sparkline(Values{0, 50, 100}, Charset::utf8) == "▁▄█");
  CHECK(sparkline(Values{0, 50, 100}, Charset::ascii) == ".=#");
  CHECK(sparkline(Values{1000, 1001, 1000}, Charset::utf8) == "▁▁▁");
  CHECK(sparkline({}, Charset::utf8).empty());
}

TEST_CASE("where nothing was seen a sparkline has a gap, not a zero") {
  using Values = std::array<std::optional<std::uint64_t>, 4>;
  CHECK(sparkline(Values{0, std::nullopt, 8, 4}, Charset::utf8) == "▁ █▄");
  CHECK(sparkline(Values{}, Charset::utf8) == "    ");
}

}  // namespace
}  // namespace tcpstat::render
