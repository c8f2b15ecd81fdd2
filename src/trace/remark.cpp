#include "trace/remark.h"

#include <array>

namespace tcpstat::trace {

std::string_view name(RemarkRule rule) {
  constexpr std::array<std::string_view, kRemarkRuleCount> kNames = {"illegal", "continuity", "birth", "joint",
                                                                     "dwell"};
  return kNames[static_cast<std::size_t>(rule)];
}

}  // namespace tcpstat::trace
