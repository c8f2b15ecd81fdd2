#include "parsers/netlink/destroyed_sockets.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <algorithm>
#include <cstring>
#include <ostream>
#include <string>
#include <vector>

namespace tcpstat::netlink {
namespace {

void append(std::vector<std::byte>& block, std::uint32_t cookie_high, std::uint32_t cookie_low, std::uint16_t port,
            std::size_t cut = 0) {
  inet_diag_msg message{};
  message.id.idiag_cookie[0] = cookie_low;
  message.id.idiag_cookie[1] = cookie_high;
  message.id.idiag_dport = htons(port);
  nlmsghdr header{};
  header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  const std::size_t size = sizeof message - cut;
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + size);
  const std::size_t at = block.size();
  block.resize(at + NLMSG_ALIGN(sizeof header + size));
  std::memcpy(block.data() + at, &header, sizeof header);
  std::memcpy(block.data() + at + sizeof header, &message, size);
}

std::string told(const std::vector<std::byte>& block) {
  std::string text;
  read_destroyed(block, [&](const DestroyedSocket& one) {
    text += std::to_string(one.cookie) + (one.had_peer ? " connection;" : " alone;");
  });
  return text;
}

TEST_CASE("each message names one socket by its cookie") {
  std::vector<std::byte> block;
  append(block, 0, 7, 443);
  append(block, 1, 2, 0);
  CHECK(told(block) == "7 connection;4294967298 alone;");
}

TEST_CASE("what is too short is no socket") {
  std::vector<std::byte> block;
  append(block, 0, 7, 443, 8);
  append(block, 0, 8, 443);
  CHECK(told(block) == "8 connection;");
  block.resize(block.size() - 4);
  CHECK(told(block).empty());
  CHECK(told({}).empty());
}

TEST_CASE("what waits is handed over, and an end to that is found, whatever the kernel answers") {
  std::vector<std::byte> block;
  append(block, 0, 7, 443);
  std::vector<std::byte> buffer(4096);
  std::uint64_t handed_over = 0;
  std::size_t asked = 0;
  /// The answers in turn, and then the last one again and again; 0 stands for a message.
  const auto take = [&](std::vector<ssize_t> answers) {
    handed_over = asked = 0;
    const auto receive = [&](std::span<std::byte> into) -> ssize_t {
      const ssize_t answer = answers.at(std::min(asked++, answers.size() - 1));
      if (answer != 0) return answer;
      std::memcpy(into.data(), block.data(), block.size());
      return static_cast<ssize_t>(block.size());
    };
    return take_destroyed(receive, buffer, [&](const DestroyedSocket&) { ++handed_over; });
  };
  CHECK(take({0, -EINTR, 0, -EAGAIN}) == Told::all);
  CHECK(handed_over == 2);
  CHECK(take({0, -ENOBUFS, 0, -EAGAIN}) == Told::some);
  CHECK(handed_over == 2);
  CHECK(take({0, -ENOMEM, 0}) == Told::some);
  CHECK(handed_over == 1);
  CHECK(take({-ENOBUFS}) == Told::some);
  CHECK(take({-EINTR}) == Told::all);
  CHECK(take({0}) == Told::all);  // what has not been read yet is read the next time
  CHECK(handed_over == asked);
}

}  // namespace
}  // namespace tcpstat::netlink
