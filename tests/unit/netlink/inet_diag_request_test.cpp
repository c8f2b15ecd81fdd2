#include "parsers/netlink/inet_diag_request.h"

#include <doctest/doctest.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <cstring>
#include <ostream>

#include "parsers/netlink/inet_diag_bytecode.h"
#include "support/rows.h"

namespace tcpstat::netlink {
namespace {

using inet_diag::make_request;
using inet_diag::Request;

inet_diag_req legacy(const Request& request) {
  inet_diag_req header;
  REQUIRE(request.type == TCPDIAG_GETSOCK);
  REQUIRE(request.header.size() == sizeof header);
  std::memcpy(&header, request.header.data(), sizeof header);
  return header;
}

inet_diag_req_v2 second(const Request& request) {
  inet_diag_req_v2 header;
  REQUIRE(request.type == SOCK_DIAG_BY_FAMILY);
  REQUIRE(request.header.size() == sizeof header);
  std::memcpy(&header, request.header.data(), sizeof header);
  return header;
}

TEST_CASE("both families take one legacy request") {
  filter::Query query;
  query.states = {State::syn_recv, State::listen};
  const auto header = legacy(make_request(query));
  CHECK(header.idiag_states == ((1U << 3U) | (1U << 10U)));
  CHECK(header.idiag_ext == 0);
}

TEST_CASE("one family takes the second version of the request") {
  filter::Query query;
  query.filter.ipv6 = false;
  auto header = second(make_request(query));
  CHECK(header.sdiag_family == AF_INET);
  CHECK(header.sdiag_protocol == IPPROTO_TCP);
  query.filter.ipv6 = true;
  query.filter.ipv4 = false;
  header = second(make_request(query));
  CHECK(header.sdiag_family == AF_INET6);
  CHECK(header.idiag_states == (0x0FFEU | 1U << 13U));
}

TEST_CASE("CLOSE asks for bound-inactive sockets too, and no other state does") {
  for (const StateInfo& state : states()) {
    filter::Query query;
    query.states = {state.state};
    const auto header = legacy(make_request(query));
    const unsigned own = 1U << static_cast<unsigned>(state.state);
    CHECK(header.idiag_states == (state.state == State::close ? own | 1U << 13U : own));
  }
}

TEST_CASE("extensions are asked for only where their columns are shown") {
  filter::Query query;
  query.parts.tcp_info = true;
  CHECK(legacy(make_request(query)).idiag_ext == 1U << (INET_DIAG_INFO - 1));
  query.parts.congestion = true;
  CHECK(legacy(make_request(query)).idiag_ext == (1U << (INET_DIAG_INFO - 1) | 1U << (INET_DIAG_CONG - 1)));
  filter::Query values;
  values.parts.congestion_values = true;
  CHECK(legacy(make_request(values)).idiag_ext == 1U << (INET_DIAG_VEGASINFO - 1));
  filter::Query memory;
  memory.parts.memory = true;
  CHECK(legacy(make_request(memory)).idiag_ext == 1U << (INET_DIAG_SKMEMINFO - 1));
}

TEST_CASE("the filter's program travels with the request") {
  filter::Query query;
  CHECK(make_request(query).program.empty());
  query.filter.local_ports = {{443, 443}};
  CHECK(make_request(query).program == inet_diag::bytecode(query.filter, inet_diag::Wanted::and_half_opens));
  CHECK_FALSE(make_request(query).program.empty());
}

}  // namespace
}  // namespace tcpstat::netlink
