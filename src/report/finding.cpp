#include "report/finding.h"

#include <array>

namespace tcpstat::inline report {

std::string_view name(AttackLevel level) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "unknown", "suspicious", "likely", "under attack"};
  return kNames[static_cast<std::size_t>(level)];
}

}  // namespace tcpstat::inline report
