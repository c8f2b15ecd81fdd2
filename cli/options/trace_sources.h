#pragma once
// What announces transitions, the best first. The next one is a line here, and its row in verbs/trace_source.cpp.

#include <algorithm>
#include <array>
#include <string_view>

namespace tcpstat::cli::options {

struct TraceSourceInfo {
  std::string_view name;
  std::string_view title;          ///< in sentences
  std::string_view meaning;        ///< for --list sources
  bool counts_every_loss = false;  ///< the kernel tells of each record that it could not hand over
  bool tells_namespaces = false;   ///< which network namespace a transition is of
  bool follows_commands = false;   ///< the sockets of one program and its children alone
  bool tells_processes = false;    ///< who did it
};

inline constexpr auto kTraceSources = std::to_array<TraceSourceInfo>({
    {.name = "bpf",
     .title = "BPF",
     .meaning = "programs in the kernel: transitions with cookie and network namespace",
     .tells_namespaces = true,
     .follows_commands = true,
     .tells_processes = true},
    {.name = "tracefs",
     .title = "tracefs",
     .meaning = "an instance of tracefs: transitions of all network namespaces",
     .counts_every_loss = true},
});

/// Null if there is none.
constexpr const TraceSourceInfo* find_trace_source(std::string_view name) {
  const auto* at = std::find_if(kTraceSources.begin(), kTraceSources.end(),
                                [name](const TraceSourceInfo& source) { return source.name == name; });
  return at == kTraceSources.end() ? nullptr : at;
}

/// The best source that can do it.
constexpr std::string_view trace_source_that(bool TraceSourceInfo::*can) {
  const auto* at = std::find_if(kTraceSources.begin(), kTraceSources.end(),
                                [can](const TraceSourceInfo& source) { return source.*can; });
  return at->name;
}

}  // namespace tcpstat::cli::options
