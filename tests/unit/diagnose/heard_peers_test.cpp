#include "diagnose/heard_peers.h"

#include <doctest/doctest.h>

#include <string>

#include "support/rows.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("what was heard is known by peer, network, port and address, for as long ago as that was") {
  HeardPeers heard;
  const Prefix network = peer_network(address("198.51.100.7"));
  CHECK(network == prefix("198.51.100.0", 24));
  CHECK_FALSE(heard.has(network, 100));
  CHECK_FALSE(heard.has_port(443, 100));
  const Connection row = connection(State::established, endpoint("192.0.2.1", 443), endpoint("198.51.100.7", 1024));
  heard.see(row, 9'000);
  heard.see(row, 4'900);
  heard.see(row, 7'000);
  CHECK(heard.count(5) == 1);
  CHECK(heard.count(4) == 0);
  CHECK(heard.count(10) == 3);
  for (const std::size_t seconds : {std::size_t{4}, std::size_t{5}}) {
    CAPTURE(seconds);
    CHECK(heard.has(network, seconds) == (seconds == 5));
    CHECK(heard.has_peer(address("::ffff:198.51.100.7"), seconds) == (seconds == 5));
    CHECK(heard.has_port(443, seconds) == (seconds == 5));
    CHECK(heard.has_address(address("192.0.2.1"), seconds) == (seconds == 5));
  }
  CHECK_FALSE(heard.has_peer(address("198.51.100.8"), 100));
  CHECK_FALSE(heard.has(peer_network(address("198.51.101.7")), 100));
  CHECK_FALSE(heard.has_port(80, 100));
  CHECK_FALSE(heard.has_address(address("192.0.2.2"), 100));
}

TEST_CASE("the network of an IPv6 peer is its /64") {
  CHECK(peer_network(address("2001:db8:1:2:3::4")) == prefix("2001:db8:1:2::", 64));
}

TEST_CASE("of a host with too many addresses any may have been heard") {
  HeardPeers heard;
  for (int i = 0; i <= 256; ++i) {
    const std::string local = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    CHECK_FALSE(heard.has_address(address("192.0.2.2"), 100));
    heard.see(connection(State::established, endpoint(local, 443), endpoint("198.51.100.7", 1024)), 1000);
  }
  CHECK(heard.has_address(address("192.0.2.2"), 100));
}
