#include "trace/followed_sockets.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::trace {
namespace {

using enum State;

enum class By : std::uint8_t { followed, others };

Transition followed_step(State from, State to, std::string_view socket, By by = By::others, std::uint16_t port = 80,
                         std::string_view address = "192.0.2.1") {
  Transition out;
  out.from = from;
  out.to = to;
  out.socket = socket;
  out.local = test::endpoint(std::string(address), port);
  out.netns = 1;
  out.by_followed = by == By::followed;
  return out;
}

TEST_CASE("what a followed process connects is followed to its end, whoever runs then") {
  FollowedSockets sockets;
  CHECK(sockets.belongs(followed_step(close, syn_sent, "a", By::followed)));
  CHECK_FALSE(sockets.belongs(followed_step(close, syn_sent, "b")));
  CHECK(sockets.belongs(followed_step(syn_sent, established, "a")));
  // A followed process that happens to run is no reason.
  CHECK_FALSE(sockets.belongs(followed_step(syn_sent, established, "b", By::followed)));
  CHECK(sockets.belongs(followed_step(established, close, "a")));
  CHECK_FALSE(sockets.belongs(followed_step(established, close, "a")));
}

TEST_CASE("the accepted ends of its listeners, on their address, port and namespace") {
  FollowedSockets sockets;
  CHECK(sockets.belongs(followed_step(close, listen, "l", By::followed)));
  CHECK(sockets.belongs(followed_step(listen, syn_recv, "c")));
  CHECK(sockets.belongs(followed_step(syn_recv, established, "c")));
  CHECK_FALSE(sockets.belongs(followed_step(listen, syn_recv, "d", By::others, 81)));
  CHECK_FALSE(sockets.belongs(followed_step(listen, syn_recv, "e", By::others, 80, "192.0.2.2")));
  Transition elsewhere = followed_step(listen, syn_recv, "f");
  elsewhere.netns = 2;
  CHECK_FALSE(sockets.belongs(elsewhere));
  CHECK(sockets.belongs(followed_step(listen, close, "l")));
  CHECK_FALSE(sockets.belongs(followed_step(listen, syn_recv, "g")));
  CHECK(sockets.belongs(followed_step(established, close, "c")));
}

TEST_CASE("a listener on all addresses accepts on each of them") {
  for (const std::string_view all : {"0.0.0.0", "::"}) {
    FollowedSockets sockets;
    sockets.belongs(followed_step(close, listen, "l", By::followed, 80, all));
    CHECK(sockets.belongs(followed_step(listen, syn_recv, "c")));
  }
}

TEST_CASE("an address of the kernel that is used again by others is theirs, and a crossed opening stays") {
  FollowedSockets sockets;
  sockets.belongs(followed_step(close, syn_sent, "a", By::followed));
  CHECK(sockets.belongs(followed_step(syn_sent, syn_recv, "a")));
  CHECK_FALSE(sockets.belongs(followed_step(close, syn_sent, "a")));
  CHECK_FALSE(sockets.belongs(followed_step(syn_sent, established, "a")));
  sockets.belongs(followed_step(close, syn_sent, "a", By::followed));
  CHECK_FALSE(sockets.belongs(followed_step(listen, syn_recv, "a")));
  CHECK_FALSE(sockets.belongs(followed_step(syn_recv, established, "a")));
}

}  // namespace
}  // namespace tcpstat::trace
