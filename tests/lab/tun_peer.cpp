#include "tun_peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>

#include "failure.h"
#include "namespace.h"

namespace tcpstat::lab {
namespace {

constexpr const char* kName = "lab0";

ifreq request_for_device() {
  ifreq request{};
  std::strncpy(request.ifr_name, kName, IFNAMSIZ - 1);
  return request;
}

void set_ipv4(int control, unsigned long what, const std::string& address) {
  ifreq request = request_for_device();
  const SocketName name({Address::parse(address), 0});
  std::memcpy(&request.ifr_addr, name.get(), name.size());
  check(::ioctl(control, what, &request), "setting " + address + " on lab0");
}

void set_ipv6(const std::string& address) {
  const Handle control(check(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), "opening an IPv6 control socket"));
  ifreq device = request_for_device();
  check(::ioctl(control.get(), SIOCGIFINDEX, &device), "finding lab0");
  in6_ifreq request{};
  request.ifr6_ifindex = device.ifr_ifindex;
  request.ifr6_prefixlen = 64;
  std::memcpy(&request.ifr6_addr, Address::parse(address).bytes.data(), 16);
  check(::ioctl(control.get(), SIOCSIFADDR, &request), "setting " + address + " on lab0");
}

/// The kernel finishes a new IPv6 address in a work queue: net/ipv6/addrconf.c, addrconf_dad_work().
void wait_for_ipv6(const Address& address) {
  const Handle socket(check(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a socket"));
  const SocketName name({address, 0});
  for (int tries = 0; ::bind(socket.get(), name.get(), name.size()) != 0; ++tries) {
    if (tries == 1000) fail("waiting for " + address.text());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TunPeer::TunPeer() : device_(check(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "opening the TUN device")) {
  ifreq request = request_for_device();
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  check(::ioctl(device_.get(), TUNSETIFF, &request), "making lab0");
  bring_up(kName);
  const Handle control(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "opening a control socket"));
  set_ipv4(control.get(), SIOCSIFADDR, local(Family::ipv4).text());
  set_ipv4(control.get(), SIOCSIFNETMASK, "255.0.0.0");
  set_ipv6(local(Family::ipv6).text());
  wait_for_ipv6(local(Family::ipv6));
}

void TunPeer::send(const Segment& segment) {
  std::array<std::uint8_t, kLargestSegment> packet;
  const std::size_t size = encode(segment, packet);
  check(::write(device_.get(), packet.data(), size), "writing a segment to lab0");
}

std::optional<Segment> TunPeer::await(const Endpoint& local, const Endpoint& remote, std::uint8_t flags,
                                      std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::array<std::uint8_t, 65536> packet;
  for (;;) {
    const auto size = ::read(device_.get(), packet.data(), packet.size());
    if (size >= 0) {
      auto segment = decode({packet.data(), static_cast<std::size_t>(size)});
      if (segment && segment->source == local && segment->destination == remote && (segment->flags & flags) == flags)
        return segment;
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) fail("reading from lab0");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd wait{device_.get(), POLLIN, 0};
    ::poll(&wait, 1, static_cast<int>(left.count()));
  }
}

std::optional<Segment> TunPeer::receive() {
  std::array<std::uint8_t, kLargestSegment> packet;
  for (;;) {
    const auto size = ::read(device_.get(), packet.data(), packet.size());
    if (size < 0) {
      if (errno == EAGAIN || errno == EINTR) return std::nullopt;
      fail("reading from lab0");
    }
    if (auto segment = decode({packet.data(), static_cast<std::size_t>(size)})) return segment;
  }
}

void TunPeer::drain() {
  std::array<std::uint8_t, 2048> packet;
  while (::read(device_.get(), packet.data(), packet.size()) >= 0) {
  }
}

}  // namespace tcpstat::lab
