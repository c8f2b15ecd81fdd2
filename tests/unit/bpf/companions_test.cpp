#include "parsers/bpf/companions.h"

#include <doctest/doctest.h>

#include <cstring>
#include <ostream>
#include <string>

namespace tcpstat::bpf {
namespace {

ring_record actor(std::uint64_t socket, std::uint32_t pid, const char* name) {
  ring_record out{};
  out.kind = RING_ACTOR;
  out.socket = socket;
  out.netns = pid;
  std::memcpy(out.local, name, std::strlen(name));
  return out;
}
ring_record bytes(std::uint64_t socket, std::uint64_t sent, std::uint64_t received) {
  ring_record out{};
  out.kind = RING_BYTES;
  out.socket = socket;
  out.time = sent;
  out.cookie = received;
  return out;
}

TEST_CASE("both say something of the next transition of their socket, once") {
  Companions companions;
  companions.add(actor(7, 123, "sixteen bytes...."));
  companions.add(bytes(7, 10, 20));
  companions.add(actor(8, 9, "other"));
  const Companion of = companions.settle(7);
  CHECK(of.pid == 123U);
  CHECK(std::string(of.name.data()) == "sixteen bytes..");
  CHECK(of.sent == 10U);
  CHECK(of.received == 20U);
  CHECK_FALSE(companions.settle(7).pid);
  CHECK(companions.settle(8).pid == 9U);
  CHECK_FALSE(companions.settle(8).sent);
}

TEST_CASE("nothing is said behind a loss, and old ones give way") {
  Companions companions;
  companions.add(bytes(7, 1, 1));
  companions.lost();
  CHECK_FALSE(companions.settle(7).sent);
  for (std::uint64_t socket = 1; socket <= 65; ++socket) companions.add(bytes(socket, socket, 0));
  CHECK_FALSE(companions.settle(1).sent);
  CHECK(companions.settle(2).sent == 2U);
  CHECK(companions.settle(65).sent == 65U);
}

}  // namespace
}  // namespace tcpstat::bpf
