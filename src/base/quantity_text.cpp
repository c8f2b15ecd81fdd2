#include "base/quantity_text.h"

#include <array>

namespace tcpstat::inline base {

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string tenths_text(std::uint64_t tenths) {
  std::string out = std::to_string(tenths / 10);
  if (tenths < 100 && tenths % 10 != 0) out += "." + std::to_string(tenths % 10);
  return out;
}

std::string duration_text(std::chrono::milliseconds time) {
  struct Unit {
    std::int64_t seconds;
    std::int64_t from;  ///< smaller times are said in the next unit
    std::string_view name;
  };
  constexpr std::array<Unit, 4> kUnits = {{{86400, 172800, " d"}, {3600, 7200, " h"}, {60, 120, " min"}, {1, 0, " s"}}};
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  for (const Unit& unit : kUnits) {
    if (seconds >= unit.from) return std::to_string(seconds / unit.seconds) + std::string(unit.name);
  }
  return {};
}

}  // namespace tcpstat::inline base
