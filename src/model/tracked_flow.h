#pragma once
// A TCP connection whose handshake is not over, as connection tracking (nf_conntrack) sees it. It knows such a
// connection even if the listener answered with a SYN cookie and keeps nothing.

#include <cstdint>
#include <optional>

#include "model/address.h"
#include "model/state.h"

namespace tcpstat::inline model {

struct TrackedFlow {
  Endpoint source;  ///< who sent the SYN
  Endpoint local;   ///< who answers it, behind address translation
  /// syn_sent: no SYN+ACK was seen yet; syn_recv: no ACK after it; close: an RST after it, and never an ACK.
  State state = State::syn_sent;
  std::optional<std::uint32_t> left_s;  ///< until the entry expires, whole seconds
};

class TrackedFlowSink {
 public:
  TrackedFlowSink() = default;
  TrackedFlowSink(const TrackedFlowSink&) = delete;
  TrackedFlowSink& operator=(const TrackedFlowSink&) = delete;
  virtual ~TrackedFlowSink() = default;

  virtual void flow(const TrackedFlow& flow) = 0;
};

}  // namespace tcpstat::inline model
