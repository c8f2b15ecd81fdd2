#include "parsers/host/sources.h"

#include <array>

#include "parsers/host/both_source.h"
#include "parsers/netlink/sock_diag_source.h"
#include "parsers/procfs/procfs_source.h"

namespace tcpstat::host {
namespace {

// In the order of the ids.
constexpr auto kSources = std::to_array<SourceInfo>({
    {SourceId::automatic, "auto", "the first of these that works", {.reads_proc = true}},
#define SOURCE(room, name, meaning, ...) {SourceId::name, #name, meaning, {__VA_ARGS__}, room::make_##name##_source},
#include "parsers/host/sources.def"
#undef SOURCE
    {SourceId::file, "file", "what was saved", {}},
    {SourceId::record, "file", "what tcpstat record wrote", {}},
});

}  // namespace

const SourceInfo& info(SourceId id) { return kSources[static_cast<std::size_t>(id)]; }

std::span<const SourceInfo> named_sources() { return std::span(kSources).first(kSources.size() - 2); }

std::span<const SourceInfo> live_sources() { return named_sources().subspan(1); }

}  // namespace tcpstat::host
