#include <array>
#include <span>

#include "parsers/source.h"

namespace tcpstat {

std::span<const SourceInfo> live_sources() {
  static constexpr auto kSources = std::to_array<SourceInfo>({
#define SOURCE(name, meaning) {#name, meaning, make_##name##_source},
#include "parsers/sources.def"
#undef SOURCE
  });
  return kSources;
}

}  // namespace tcpstat
