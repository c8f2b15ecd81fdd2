#pragma once
// sock_diag messages made by hand.
//
//   nlmsghdr 16 | inet_diag_msg 72 | nlattr 4 + payload, padded to 4 | …
//   framed()    | payload() ------------------------------------------->

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "model/address.h"

namespace tcpstat::test {

/// The bytes of a plain structure.
template <typename T>
std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// One netlink message with its header, padded.
std::string framed(std::string_view payload, std::uint16_t type = SOCK_DIAG_BY_FAMILY, std::uint32_t sequence = 1,
                   std::uint32_t port = 2);
/// DONE or ERROR that carries a number (0, or a negative errno).
std::string framed_number(std::uint16_t type, std::int32_t number, std::uint32_t sequence = 1, std::uint32_t port = 2);
std::string done();

class Message {
 public:
  /// `state` is the kernel's number.
  Message(const Endpoint& local, const Endpoint& remote, unsigned state);

  inet_diag_msg head{};
  Message& attribute(std::uint16_t type, std::string_view payload);
  /// As a full socket has it (INET_DIAG_SHUTDOWN, one byte).
  Message& full_socket() { return attribute(INET_DIAG_SHUTDOWN, std::string_view("\0", 1)); }

  [[nodiscard]] std::string payload() const { return raw(head) + attributes_; }

 private:
  std::string attributes_;
};

}  // namespace tcpstat::test
