#pragma once
// Where a trace comes from: one of options/trace_sources.h.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "cli/options/command.h"
#include "model/handshake_fates.h"
#include "model/transition_source.h"

namespace tcpstat::cli::verbs {

/// A source as it was opened.
struct OpenedSource {
  std::unique_ptr<TransitionSource> source;
  std::unique_ptr<HandshakeCounter> handshakes = {};  ///< null: nothing is counted
  bool minisockets = false;                           ///< it tells of requests and time-wait sockets
  std::string limits = {};                            ///< what it cannot do here of what was asked for, or empty
};

struct OpenedTrace {
  OpenedSource opened;
  const options::TraceSourceInfo& info;
  std::string note;  ///< what is to be said before the first record, or empty
};

/// Opens the source of that row: functions, so that a test can pass others.
struct TraceOpener {
  const options::TraceSourceInfo& of;
  std::function<Expected<OpenedSource>()> open;
};

/// Opens the source that was asked for; else the first of those that can do what was asked for and that works.
Expected<OpenedTrace> open_trace(const options::TraceCommand& command, std::span<const TraceOpener> openers);

/// The same with the real sources. `netns`: inode of the namespace that was asked for; nothing: all. `between` is
/// called when everything that the kernel had so far was handed over, and says whether to go on.
Expected<OpenedTrace> open_trace(const options::TraceCommand& command, std::optional<std::uint64_t> netns,
                                 const std::function<Flow()>& between);

/// Whether this host allows a source; else why not.
Expected<void> may_trace(const options::TraceSourceInfo& source);

}  // namespace tcpstat::cli::verbs
