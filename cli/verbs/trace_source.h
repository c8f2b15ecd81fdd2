#pragma once
// Where a trace comes from: programs in the kernel, or an instance of tracefs.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/options/command.h"
#include "model/handshake_fates.h"
#include "model/transition_source.h"

namespace tcpstat::cli::verbs {

struct OpenedTrace {
  std::unique_ptr<TransitionSource> source;
  std::unique_ptr<HandshakeCounter> handshakes;  ///< null: nothing is counted
  std::string_view name;
  bool minisockets = false;       ///< it tells of requests and time-wait sockets
  bool counts_every_loss = true;  ///< the kernel tells of each record that it could not hand over
  std::string note;               ///< what is to be said before the first record, or empty
};

/// How the two sources are opened: functions, so that a test can pass others.
struct TraceOpeners {
  using Open = std::function<Expected<std::unique_ptr<TransitionSource>>()>;
  Open bpf;
  Open tracefs;
};

/// Opens the source that was asked for; else programs in the kernel, or tracefs if those cannot run.
Expected<OpenedTrace> open_trace(const options::TraceCommand& command, const TraceOpeners& openers);

/// The same with the real sources. `netns`: inode of the namespace that was asked for; nothing: all. `between` is
/// called when everything that the kernel had so far was handed over, and says whether to go on.
Expected<OpenedTrace> open_trace(const options::TraceCommand& command, std::optional<std::uint64_t> netns,
                                 const std::function<Flow()>& between);

}  // namespace tcpstat::cli::verbs
