#pragma once
// Blocks of netlink messages -> rows: the part that a live socket and a saved dump share. It knows netlink's framing
// (netlink(7)), not where the bytes come from.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "parsers/row_delivery.h"

namespace tcpstat {

class InetDiagStream {
 public:
  enum class End : std::uint8_t {
    none,     ///< more is to come
    done,     ///< NLMSG_DONE
    failed,   ///< NLMSG_ERROR or a DONE that carries an errno: see error()
    stopped,  ///< the sink wants no more
  };
  /// Messages with another sequence number or port are someone else's and are skipped.
  struct Expected {
    std::uint32_t sequence;
    std::uint32_t port;
  };

  InetDiagStream(RowDelivery& delivery, std::optional<Expected> expected) : delivery_(delivery), expected_(expected) {}

  /// Reads messages from the front of `block`; returns why it ended. `taken()` then tells how many bytes were used:
  /// less than the block's size after an end, or when the last message is not there to its end.
  End feed(std::span<const std::byte> block);
  [[nodiscard]] std::size_t taken() const { return taken_; }
  /// The positive errno after End::failed.
  [[nodiscard]] int error() const { return error_; }

 private:
  Flow row(std::span<const std::byte> payload);

  RowDelivery& delivery_;
  std::optional<Expected> expected_;
  std::size_t taken_ = 0;
  int error_ = 0;
};

}  // namespace tcpstat
