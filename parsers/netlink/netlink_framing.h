#pragma once
// netlink(7): blocks of messages, taken apart for whoever knows what is in them. It does not know where the bytes come
// from.

#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "model/sink.h"

namespace tcpstat::netlink {

class NetlinkFraming {
 public:
  enum class End : std::uint8_t {
    none,     ///< more is to come
    done,     ///< NLMSG_DONE
    failed,   ///< NLMSG_ERROR or a DONE that carries an errno, or lacks the number that both carry: see error()
    stopped,  ///< nobody wants more
  };
  /// Messages with another sequence number or port are someone else's and are skipped.
  struct Expected {
    std::uint32_t sequence;
    std::uint32_t port;
  };

  explicit NetlinkFraming(std::optional<Expected> expected) : expected_(expected) {}

  /// Calls `message(type, payload)`, which returns a Flow, for each message at the front of `block`, and `bad_length()`
  /// for one that cannot have the length that it says; returns why it ended.
  template <typename Message, typename BadLength>
  End feed(std::span<const std::byte> block, Message message, BadLength bad_length) {
    for (taken_ = 0; block.size() - taken_ >= sizeof(nlmsghdr);) {
      nlmsghdr header;
      std::memcpy(&header, block.data() + taken_, sizeof header);
      if (header.nlmsg_len < sizeof header) {
        bad_length();
        taken_ = block.size();  // nothing after a wrong length can be found again
        return End::none;
      }
      if (header.nlmsg_len > block.size() - taken_) return End::none;
      const auto payload = block.subspan(taken_ + sizeof header, header.nlmsg_len - sizeof header);
      taken_ = std::min(block.size(), taken_ + NLMSG_ALIGN(std::size_t{header.nlmsg_len}));
      if (expected_ && (header.nlmsg_seq != expected_->sequence || header.nlmsg_pid != expected_->port)) continue;
      if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) lost_ = true;
      switch (header.nlmsg_type) {
        case NLMSG_OVERRUN:
          lost_ = true;
          break;
        case NLMSG_DONE:
          error_ = carried_errno(payload);
          return error_ == 0 ? End::done : End::failed;
        case NLMSG_ERROR:
          error_ = carried_errno(payload);
          if (error_ == 0) break;  // an acknowledgement
          return End::failed;
        default:
          if (message(header.nlmsg_type, payload) == Flow::stop) return End::stopped;
          break;
      }
    }
    return End::none;
  }
  /// How many bytes of the last block were used: less than its size after an end, or if the last message is not
  /// complete.
  [[nodiscard]] std::size_t taken() const { return taken_; }
  /// The positive errno after End::failed.
  [[nodiscard]] int error() const { return error_; }
  /// Whether the kernel has said since the last call that data were lost or that the table changed under the dump.
  [[nodiscard]] bool take_lost() { return std::exchange(lost_, false); }

 private:
  /// The errno at the front of an NLMSG_ERROR or NLMSG_DONE payload: negative there, positive here; 0 for none. A
  /// payload that is too short for it was cut.
  static int carried_errno(std::span<const std::byte> payload) {
    std::int32_t code = 0;
    if (payload.size() < sizeof code) return EBADMSG;
    std::memcpy(&code, payload.data(), sizeof code);
    return code < 0 && code > -4096 ? -code : 0;
  }

  std::optional<Expected> expected_;
  std::size_t taken_ = 0;
  int error_ = 0;
  bool lost_ = false;
};

}  // namespace tcpstat::netlink
