#include "parsers/procfs/socket_usage.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::procfs {
namespace {

SocketUsage socket_usage(std::string_view sockstat, std::string_view sockstat6) {
  SocketUsage usage;
  add_socket_usage(sockstat, usage);
  add_socket_usage(sockstat6, usage);
  return usage;
}

TEST_CASE("the use of sockets is read by protocol and name") {
  const SocketUsage usage = socket_usage(
      "sockets: used 19\nTCP: inuse 4 orphan 1 tw 2 alloc 5 mem 154\nUDP: inuse 7 mem 9\nFRAG: inuse 8 memory 0\n",
      "TCP6: inuse 3\nUDP6: inuse 6\n");
  CHECK(usage.inuse == 4U);
  CHECK(usage.orphan == 1U);
  CHECK(usage.tw == 2U);
  CHECK(usage.alloc == 5U);
  CHECK(usage.mem_pages == 154U);
  CHECK(usage.inuse6 == 3U);
}

TEST_CASE("what is missing stays unknown") {
  const SocketUsage usage = socket_usage("TCP: tw 2 future 9 inuse x alloc\n", "");
  CHECK(usage.tw == 2U);
  CHECK_FALSE(usage.inuse);
  CHECK_FALSE(usage.alloc);
  CHECK_FALSE(usage.mem_pages);
  CHECK_FALSE(usage.inuse6);
}

TEST_CASE("the last number of a file that was cut may be half of one") {
  const SocketUsage usage = socket_usage("TCP: inuse 4 orphan 1", "TCP6: inuse 3");
  CHECK(usage.inuse == 4U);
  CHECK_FALSE(usage.orphan);
  CHECK_FALSE(usage.inuse6);
}

}  // namespace
}  // namespace tcpstat::procfs
