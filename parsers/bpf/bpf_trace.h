#pragma once
// Transitions as our BPF programs hand them over: with cookie and network namespace, and filtered in the kernel, so
// that what nobody asked for costs next to nothing. Records that find no room in the ring are counted by processor, and
// told where they were lost. A machine may keep a process from being looked into, even by root. While such a process
// had the processor, Linux 6.18 was seen to call no program, not even for softirqs that interrupted it, and to count
// nothing. Compared with a tracefs instance, in 240 runs of some 94,000 transitions each, all missing ones (1 to 418 in
// 10 of the runs) were made then, and only broken lives showed it. In 711 runs of 25,002 transitions, on two busy
// processors, 2,986 were missing in 21 runs, all made then; in four of those no life broke, because the sockets had
// taken their last steps. So counters alone never make a trace complete.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/handshake_fates.h"
#include "model/transition_source.h"

namespace tcpstat::bpf {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};
/// How many port ranges the programs compare; with more, all are left to the reader.
inline constexpr std::size_t kMostPorts = 8;

/// What the kernel leaves out; lives are handed over whole, so states are no part of it.
struct KernelFilter {
  std::uint32_t netns = 0;  ///< inode; 0: all
  bool ipv4 = true;
  bool ipv6 = true;
  /// Mark what processes do that this one will start, and their children: Transition::by_followed.
  enum class Follow : std::uint8_t { nobody, children };
  Follow follow = Follow::nobody;
  /// Tell of requests and time-wait sockets, too (Transition::body): of all, or only how those end that become no
  /// connection.
  enum class Minisockets : std::uint8_t { no, ends, all };
  Minisockets minisockets = Minisockets::no;
  /// Count what becomes of requests.
  enum class Requests : std::uint8_t { uncounted, counted };
  Requests requests = Requests::uncounted;
  /// Tell which process did a step (Transition::actor_pid).
  enum class Actors : std::uint8_t { no, yes };
  Actors actors = Actors::no;
  /// Tell what a connection has carried when it ends, and, with minisockets, how long its handshake took.
  enum class Lives : std::uint8_t { no, yes };
  Lives lives = Lives::no;
  std::vector<PortRange> ports;  ///< of either end; empty, or more than kMostPorts: all
};

/// Called when everything that the kernel had so far is handed over; says whether to go on.
using Between = std::function<Flow()>;

struct OpenedBpfTrace {
  std::unique_ptr<TransitionSource> source;
  std::unique_ptr<HandshakeCounter>
      handshakes;      ///< counts by the same programs, since they run; null: nothing is counted
  std::string limits;  ///< what of the filter it cannot do, and why; or empty
};

/// Tracing begins here.
Expected<OpenedBpfTrace> open_trace(const KernelFilter& filter, Between between);

}  // namespace tcpstat::bpf
