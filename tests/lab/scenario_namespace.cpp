// The part of a scenario that is the namespace's: its variables, and routes for the ranges that its traffic uses.

#include <net/if.h>
#include <net/route.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

#include "command.h"
#include "failure.h"
#include "namespace.h"
#include "traffic.h"

namespace tcpstat::lab {
namespace {

char kDevice[] = "lab0";

void route_ipv4(const char* network, const char* mask) {
  const Handle control(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "opening a control socket"));
  rtentry route{};
  const SocketName destination({Address::parse(network), 0});
  const SocketName width({Address::parse(mask), 0});
  std::memcpy(&route.rt_dst, destination.get(), destination.size());
  std::memcpy(&route.rt_genmask, width.get(), width.size());
  route.rt_flags = RTF_UP;
  route.rt_dev = kDevice;
  check(::ioctl(control.get(), SIOCADDRT, &route), std::string("routing ") + network);
}

void route_ipv6(const char* network, std::uint16_t length) {
  const Handle control(check(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), "opening a control socket"));
  in6_rtmsg route{};
  std::memcpy(&route.rtmsg_dst, Address::parse(network).bytes.data(), 16);
  route.rtmsg_dst_len = length;
  route.rtmsg_flags = RTF_UP;
  route.rtmsg_metric = 1;
  route.rtmsg_ifindex = static_cast<int>(::if_nametoindex(kDevice));
  check(::ioctl(control.get(), SIOCADDRT, &route), std::string("routing ") + network);
}

}  // namespace

void prepare_namespace(const Scenario& scenario) {
  // What the suite's figures assume, whatever the host's own values are.
  set_sysctl("net.core.somaxconn", "4096");
  set_sysctl("net.ipv4.tcp_max_syn_backlog", "4096");
  set_sysctl("net.ipv4.tcp_syncookies", "1");
  set_sysctl("net.ipv4.tcp_synack_retries", "5");
  set_sysctl("net.ipv4.conf.all.rp_filter", "0");
  set_sysctl("net.ipv4.conf.lab0.rp_filter", "0");
  for (const auto& [name, value] : scenario.sysctls) set_sysctl(name, value);
  route_ipv4("198.18.0.0", "255.254.0.0");
  route_ipv4("240.0.0.0", "240.0.0.0");
  route_ipv6("fd77::", 16);
  if (scenario.rules.empty()) return;
  const Outcome nft = run({"nft", scenario.rules});
  if (nft.exit_code != 0) fail("setting rules: " + nft.err, EPERM);
}

}  // namespace tcpstat::lab
