#include "population.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>

#include "dump.h"
#include "failure.h"
#include "namespace.h"
#include "pairs.h"

namespace tcpstat::lab {
namespace {

constexpr std::uint64_t kSpareDescriptors =
    200;  // of a worker: standard streams, its listeners while it builds, its parent's
constexpr std::uint16_t kPairPort = 2000;
constexpr std::uint16_t kHalfOpenPort = 5000;
constexpr std::uint64_t kMostListeners = 10000;
constexpr std::uint64_t kSourcePorts = 50000;

/// Spreads the share of IPv6 evenly.
bool is_ipv6(std::uint64_t number, unsigned percent) { return number % 100 * percent % 100 < percent; }

/// What one worker does: `ends` sockets on an address (IPv4) and a port (IPv6) of its own.
std::uint64_t hold_pairs(unsigned number, std::uint64_t ends, unsigned ipv6_percent, std::vector<Handle>& sockets) {
  raise_descriptor_limit();
  const std::string address = "127.1." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
  const PairMaker ipv4({Address::parse(address), kPairPort});
  const PairMaker ipv6({Address::parse("::1"), static_cast<std::uint16_t>(kPairPort + 1 + number)});
  sockets.reserve(ends + 2);
  for (std::uint64_t i = 0; 2 * i < ends; ++i) (is_ipv6(i, ipv6_percent) ? ipv6 : ipv4).make(sockets, Ending::reset);
  return sockets.size();
}

Handle listener_at(const Endpoint& local, int backlog) {
  const int domain = local.address.family == Family::ipv4 ? AF_INET : AF_INET6;
  Handle socket(check(::socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a listener"));
  const SocketName name(local);
  check(::bind(socket.get(), name.get(), name.size()), "binding a listener");
  check(::listen(socket.get(), backlog), "listening");
  return socket;
}

}  // namespace

Population::Population(const Mix& mix) {
  if (mix.established > 0) build_pairs(mix);
  if (mix.half_open == 0) return;
  listen_for_half_open(mix);
  grow(mix.half_open);
}

Population::~Population() {
  for (Worker& worker : workers_) worker.end();
}

void Population::build_pairs(const Mix& mix) {
  const std::uint64_t limit = raise_descriptor_limit();
  const std::uint64_t share = std::max<std::uint64_t>(2, limit - std::min(limit, kSpareDescriptors)) / 2 * 2;
  for (std::uint64_t left = mix.established; left > 0;) {
    const std::uint64_t ends = std::min(left, share);
    const auto number = static_cast<unsigned>(workers_.size());
    left -= ends;
    workers_.emplace_back([=](const Worker::Report& report) {
      std::vector<Handle> sockets;
      report(hold_pairs(number, ends, mix.ipv6_percent, sockets));
      Worker::stay();
    });
  }
  for (Worker& worker : workers_) established_ += worker.wait_for_report();
}

void Population::listen_for_half_open(const Mix& mix) {
  // Without cookies a listener keeps as many requests as its backlog; the retries keep each for hours.
  constexpr int kEndless = 1000000000;
  set_sysctl("net.core.somaxconn", std::to_string(kEndless));
  set_sysctl("net.ipv4.tcp_max_syn_backlog", std::to_string(kEndless));
  set_sysctl("net.ipv4.tcp_syncookies", "0");
  set_sysctl("net.ipv4.tcp_synack_retries", "100");
  peer_.emplace();
  raise_descriptor_limit();
  ipv6_percent_ = mix.ipv6_percent;
  listeners_ = std::clamp<std::uint64_t>(mix.listeners, 2, kMostListeners);
  ipv6_.listeners = std::clamp<std::uint64_t>(listeners_ * mix.ipv6_percent / 100, 1, listeners_ - 1);
  ipv4_.listeners = listeners_ - ipv6_.listeners;
  for (const Crowd& crowd : {ipv4_, ipv6_})
    for (std::uint64_t i = 0; i < crowd.listeners; ++i)
      listening_.push_back(
          listener_at({TunPeer::local(crowd.family), static_cast<std::uint16_t>(kHalfOpenPort + i)}, kEndless));
}

void Population::grow(std::uint64_t half_open) {
  Segment syn;
  syn.flags = kSyn;
  for (std::uint64_t i = 0; i < half_open; ++i) {
    Crowd& crowd = is_ipv6(i, ipv6_percent_) ? ipv6_ : ipv4_;
    const std::uint64_t n = crowd.sent++;
    syn.source = {Address::peer(crowd.family, static_cast<std::uint32_t>(2 + n)),
                  static_cast<std::uint16_t>(10000 + n % kSourcePorts)};
    syn.destination = {TunPeer::local(crowd.family), static_cast<std::uint16_t>(kHalfOpenPort + n % crowd.listeners)};
    syn.sequence = static_cast<std::uint32_t>(n);
    peer_->send(syn);
  }
  half_open_ = count_rows(kMaskSynRecv);
}

}  // namespace tcpstat::lab
