#pragma once
// Blocks of netlink messages -> rows, which go to a RowDelivery.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "parsers/netlink/inet_diag.h"
#include "parsers/netlink/netlink_framing.h"
#include "parsers/source/row_delivery.h"

namespace tcpstat::netlink {

class InetDiagStream {
 public:
  /// What take_lost() means to the user.
  static constexpr std::string_view kLost = "the kernel says that its dump is not whole: rows may be missing";

  using End = NetlinkFraming::End;
  using Expected = NetlinkFraming::Expected;

  InetDiagStream(source::RowDelivery& delivery, std::optional<Expected> expected, Protocol protocol = Protocol::tcp)
      : delivery_(delivery), framing_(expected), protocol_(protocol) {}

  /// Reads messages from the front of `block`; returns why it ended. `taken()` then tells how many bytes were used:
  /// less than the block's size after an end, or if the last message is not complete.
  End feed(std::span<const std::byte> block);
  [[nodiscard]] std::size_t taken() const { return framing_.taken(); }
  /// The positive errno after End::failed.
  [[nodiscard]] int error() const { return framing_.error(); }
  [[nodiscard]] bool take_lost() { return framing_.take_lost(); }

 private:
  Flow row(std::span<const std::byte> payload);

  source::RowDelivery& delivery_;
  NetlinkFraming framing_;
  Protocol protocol_;
};

}  // namespace tcpstat::netlink
