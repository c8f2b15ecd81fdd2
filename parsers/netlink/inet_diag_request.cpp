#include "parsers/netlink/inet_diag_request.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "parsers/netlink/inet_diag_bytecode.h"

namespace tcpstat::netlink::inet_diag {
namespace {

constexpr unsigned kBoundInactive = 13;  // TCP_BOUND_INACTIVE, Linux 6.8; older kernels ignore the bit

unsigned state_mask(StateSet states) {
  unsigned mask = states.mask();
  if (states.has(State::close)) mask |= 1U << kBoundInactive;
  return mask;
}

std::uint8_t extension_mask(const filter::Query& query) {
  unsigned mask = 0;
  if (query.parts.tcp_info) mask |= 1U << (INET_DIAG_INFO - 1);
  if (query.parts.congestion) mask |= 1U << (INET_DIAG_CONG - 1);
  // The bit of Vegas asks any algorithm for values of its own (tcp_bbr.c, bbr_get_info()).
  if (query.parts.congestion_values) mask |= 1U << (INET_DIAG_VEGASINFO - 1);
  if (query.parts.memory) mask |= 1U << (INET_DIAG_SKMEMINFO - 1);
  return static_cast<std::uint8_t>(mask);
}

template <typename Header>
std::vector<std::byte> bytes_of(const Header& header) {
  std::vector<std::byte> out(sizeof header);
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

}  // namespace

Request make_request(const filter::Query& query, KernelTests tests) {
  const bool counts_half_opens = query.states.has(State::listen) && query.states.has(State::syn_recv);
  std::vector<std::byte> program =
      bytecode(query.filter, counts_half_opens ? Wanted::and_half_opens : Wanted::matches, tests);
  if (query.filter.ipv4 && query.filter.ipv6) {
    inet_diag_req header{};
    header.idiag_ext = extension_mask(query);
    header.idiag_states = state_mask(query.states);
    return {TCPDIAG_GETSOCK, bytes_of(header), std::move(program), Protocol::tcp};
  }
  inet_diag_req_v2 header{};
  header.sdiag_family = query.filter.ipv4 ? AF_INET : AF_INET6;
  header.sdiag_protocol = IPPROTO_TCP;
  header.idiag_ext = extension_mask(query);
  header.idiag_states = state_mask(query.states);
  return {SOCK_DIAG_BY_FAMILY, bytes_of(header), std::move(program), Protocol::tcp};
}

std::vector<Request> mptcp_requests(const filter::Query& query) {
  std::vector<Request> requests;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if (!query.filter.has_family(family)) continue;
    filter::Query one = query;
    one.parts.tcp_info = true;  // has the token
    one.filter.ipv4 = family == Family::ipv4;
    one.filter.ipv6 = family == Family::ipv6;
    requests.push_back(make_request(one));
    requests.back().protocol = Protocol::mptcp;
  }
  return requests;
}

Request request_for_autobound(const filter::Query& query) {
  filter::Query rows;
  rows.states = query.states;
  rows.filter.ipv4 = query.filter.ipv4;
  rows.filter.ipv6 = query.filter.ipv6;
  Request request = make_request(rows);
  // True: on to the end of the program, which passes the row; false: four bytes behind it.
  inet_diag_bc_op op{};
  op.code = INET_DIAG_BC_AUTO;
  op.yes = sizeof op;
  op.no = 2 * sizeof op;
  request.program = bytes_of(op);
  return request;
}

}  // namespace tcpstat::netlink::inet_diag
