#include "model/protocol.h"

#include <doctest/doctest.h>
#include <netinet/in.h>

namespace tcpstat {

TEST_CASE("protocols have the numbers of the kernel, and no other has their states") {
  CHECK(protocol_number(Protocol::tcp) == IPPROTO_TCP);
  CHECK(protocol_number(Protocol::mptcp) == IPPROTO_MPTCP);
  CHECK(protocol_of_number(IPPROTO_TCP) == Protocol::tcp);
  CHECK(protocol_of_number(IPPROTO_MPTCP) == Protocol::mptcp);
  CHECK_FALSE(protocol_of_number(IPPROTO_SCTP));
  CHECK_FALSE(protocol_of_number(IPPROTO_MPTCP + (1ULL << 32U)));
  CHECK(tcp_or_mptcp(true) == Protocol::mptcp);
  CHECK(tcp_or_mptcp(false) == Protocol::tcp);
}

}  // namespace tcpstat
