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
  std::memcpy(out.addresses, name, std::strlen(name));
  return out;
}

TEST_CASE("a process is the one of the next transition of its socket, and of no other") {
  Companions companions;
  companions.add(actor(7, 123, "sixteen bytes...."));
  companions.add(actor(8, 9, "other"));
  const Companion of = companions.settle(7);
  CHECK(of.pid == 123U);
  CHECK(std::string(of.name.data()) == "sixteen bytes..");
  CHECK_FALSE(companions.settle(7).pid);
  CHECK(companions.settle(8).pid == 9U);
}

TEST_CASE("nothing is said behind a loss, and old ones give way") {
  Companions companions;
  companions.add(actor(7, 1, "early"));
  companions.lost();
  CHECK_FALSE(companions.settle(7).pid);
  for (std::uint32_t socket = 1; socket <= 65; ++socket) companions.add(actor(socket, socket, "many"));
  CHECK_FALSE(companions.settle(1).pid);
  CHECK(companions.settle(2).pid == 2U);
  CHECK(companions.settle(65).pid == 65U);
}

}  // namespace
}  // namespace tcpstat::bpf
