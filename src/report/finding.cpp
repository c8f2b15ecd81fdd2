#include "report/finding.h"

#include <array>

namespace tcpstat::inline report {

std::string Finding::sentence() const {
  std::string out = message;
  if (!why.empty()) out += ": " + why;
  if (!advice.empty()) out += (why.empty() ? ": " : why.back() == '?' ? " " : "; ") + advice;
  return out;
}

void Finding::because(std::string_view clause) {
  if (!why.empty()) why += "; ";
  why += clause;
}

std::string_view name(AttackLevel level) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "unknown", "suspicious", "likely", "under attack"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view name(AttackClass attack_class) {
  constexpr std::array<std::string_view, 15> kNames = {
      "",
      "flood: single source",
      "flood: subnet",
      "flood: random sources",
      "flood: mixed",
      "flash crowd",
      "accept-queue overflow",
      "deferred accept",
      "lossy clients",
      "return path or replay",
      "port scan",
      "live-source resets",
      "stray SYNs",
      "SYN queue too small",
      "saturated, undecided",
  };
  static_assert(kNames.size() == static_cast<std::size_t>(AttackClass::undecided) + 1);
  return kNames[static_cast<std::size_t>(attack_class)];
}

}  // namespace tcpstat::inline report
