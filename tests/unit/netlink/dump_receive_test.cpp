#include "parsers/netlink/dump_receive.h"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

namespace tcpstat::netlink {
namespace {

/// What recv(2) does next: a size, or a negative errno.
std::vector<ssize_t> received(std::vector<ssize_t> script) {
  std::size_t next = 0;
  DumpReceive receive([&](std::span<std::byte>) -> ssize_t {
    const ssize_t now = script[next++];
    if (now >= 0) return now;
    errno = static_cast<int>(-now);
    return -1;
  });
  std::vector<ssize_t> out;
  while (next < script.size()) out.push_back(receive({}));
  return out;
}

TEST_CASE("what interrupts a receive is no answer") {
  CHECK(received({-EINTR, -EINTR, 40, 0, -EPERM}) == std::vector<ssize_t>{40, 0, -EPERM});
  CHECK(received({-EAGAIN, -EAGAIN, 40}) == std::vector<ssize_t>{-EAGAIN, -EAGAIN, 40});
}

TEST_CASE("behind a dump that the kernel had no memory for nothing comes, and nobody waits for it") {
  CHECK(received({-ENOBUFS, -EAGAIN, -EINTR, -EAGAIN}) == std::vector<ssize_t>{-ENOBUFS, -ENOBUFS, -ENOBUFS});
  // A datagram that overran the socket alone.
  CHECK(received({-ENOBUFS, 40, -EAGAIN}) == std::vector<ssize_t>{-ENOBUFS, 40, -EAGAIN});
}

}  // namespace
}  // namespace tcpstat::netlink
