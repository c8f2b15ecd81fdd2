#include "parsers/host/sources.h"

#include <array>

#include "parsers/host/both_source.h"
#include "parsers/netlink/sock_diag_source.h"
#include "parsers/procfs/procfs_source.h"

namespace tcpstat::host {

std::span<const SourceInfo> live_sources() {
  static constexpr auto kSources = std::to_array<SourceInfo>({
#define SOURCE(room, name, meaning) {#name, meaning, room::make_##name##_source},
#include "parsers/host/sources.def"
#undef SOURCE
  });
  return kSources;
}

}  // namespace tcpstat::host
