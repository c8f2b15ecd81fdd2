#pragma once
// Entries of connection tracking from the bytes of netlink: pure. linux/netfilter/nfnetlink_conntrack.h;
// net/netfilter/nf_conntrack_netlink.c, ctnetlink_fill_info() and ctnetlink_dump_tuples().
//
//   nfgenmsg 4 | CTA_TUPLE_ORIG { CTA_TUPLE_IP { … } CTA_TUPLE_PROTO { … } } | CTA_TUPLE_REPLY { … } | CTA_TIMEOUT |
//   CTA_PROTOINFO { CTA_PROTOINFO_TCP { CTA_PROTOINFO_TCP_STATE } } | …      all numbers big-endian

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "model/flaw.h"
#include "model/tracked_flow.h"
#include "parsers/netlink/netlink_framing.h"

namespace tcpstat::netlink::ctnetlink {

struct Entry {
  std::optional<TrackedFlow> flow;  ///< nothing for other protocols and states
  std::optional<Flaw> flaw;         ///< why it cannot be read
};

/// `payload`: a message without its nlmsghdr.
Entry decode(std::span<const std::byte> payload);

/// Blocks of messages, as a dump brings them.
class Stream {
 public:
  Stream(TrackedFlowSink& sink, std::optional<NetlinkFraming::Expected> expected) : sink_(sink), framing_(expected) {}

  NetlinkFraming::End feed(std::span<const std::byte> block);
  [[nodiscard]] std::size_t taken() const { return framing_.taken(); }
  [[nodiscard]] int error() const { return framing_.error(); }
  /// Whether the kernel has said that entries were lost or that the table changed under the dump.
  [[nodiscard]] bool take_lost() { return framing_.take_lost(); }
  /// Entries that could not be read.
  [[nodiscard]] std::uint64_t flawed() const { return flawed_; }

 private:
  TrackedFlowSink& sink_;
  NetlinkFraming framing_;
  std::uint64_t flawed_ = 0;
};

}  // namespace tcpstat::netlink::ctnetlink
