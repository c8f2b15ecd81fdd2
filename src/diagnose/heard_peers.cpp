#include "diagnose/heard_peers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace tcpstat::diagnose {
namespace {

template <typename Key, typename Map>
bool is_within(const Map& youngest, const Key& key, std::size_t seconds) {
  const auto at = youngest.find(key);
  return at != youngest.end() && at->second < seconds;
}

}  // namespace

Prefix peer_network(const Address& peer) {
  const Address plain = peer.unmapped();
  return prefix_of(plain, plain.family == Family::ipv4 ? 24 : 64);
}

void HeardPeers::see(const Connection& row, std::uint64_t age_ms) {
  ages_.add(age_ms);
  constexpr std::uint64_t kLast = std::numeric_limits<Second>::max();
  const auto second = static_cast<Second>(std::min(age_ms / 1000, kLast));
  if (peers_.empty()) peers_.resize(kPlaces, kLast);
  const Address peer = row.remote.address.unmapped();
  for (const Prefix& of : {peer_network(peer), Prefix{peer, address_bits(peer.family)}}) {
    Second& youngest = peers_[place(of)];
    youngest = std::min(youngest, second);
  }
  Second& of_port = ports_.try_emplace(row.local.port, second).first->second;
  of_port = std::min(of_port, second);
  const Address own = row.local.address.unmapped();
  if (addresses_.size() == kMostAddresses && !addresses_.contains(own)) {
    more_addresses_ = true;
    return;
  }
  Second& of_address = addresses_.try_emplace(own, second).first->second;
  of_address = std::min(of_address, second);
}

bool HeardPeers::has(const Prefix& network, std::size_t seconds) const {
  return !peers_.empty() && peers_[place(network)] < seconds;
}

bool HeardPeers::has_peer(const Address& peer, std::size_t seconds) const {
  const Address plain = peer.unmapped();
  return has({plain, address_bits(plain.family)}, seconds);
}

bool HeardPeers::has_port(std::uint16_t local, std::size_t seconds) const { return is_within(ports_, local, seconds); }

bool HeardPeers::has_address(const Address& local, std::size_t seconds) const {
  return more_addresses_ || is_within(addresses_, local.unmapped(), seconds);
}

std::size_t HeardPeers::place(const Prefix& of) const {
  std::array<std::uint64_t, 3> words{};
  std::memcpy(words.data(), of.network.bytes.data(), of.network.bytes.size());
  words[2] = std::uint64_t{of.length} << 8U | static_cast<std::uint64_t>(of.network.family);
  return static_cast<std::size_t>(hash_(words)) % kPlaces;
}

}  // namespace tcpstat::diagnose
