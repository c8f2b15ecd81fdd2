#pragma once
// What to ask sock_diag for, as the body of a netlink request: pure, no socket.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "filter/query.h"
#include "parsers/netlink/inet_diag.h"
#include "parsers/netlink/kernel_part.h"

namespace tcpstat::netlink::inet_diag {

struct Request {
  std::uint16_t type;              ///< TCPDIAG_GETSOCK or SOCK_DIAG_BY_FAMILY
  std::vector<std::byte> header;   ///< struct inet_diag_req or inet_diag_req_v2
  std::vector<std::byte> program;  ///< for INET_DIAG_REQ_BYTECODE; may be empty
  Protocol protocol = Protocol::tcp;
};

/// One legacy request (type 18) where both families are wanted, because it answers both in one walk of the kernel's
/// tables; the v2 request for one family. Only the states and extensions that the query needs are asked for.
Request make_request(const filter::Query& query, KernelTests tests = KernelTests::all);
/// The connections of Multipath TCP: a request for each family that the query wants, because no legacy request names a
/// protocol.
std::vector<Request> mptcp_requests(const filter::Query& query);
/// Asks for the same states and families before any filter; the kernel sends the rows whose local port it chose itself.
Request request_for_autobound(const filter::Query& query);

}  // namespace tcpstat::netlink::inet_diag
