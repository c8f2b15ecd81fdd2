#include "parsers/netlink/autobound.h"

#include <doctest/doctest.h>
#include <linux/inet_diag.h>

#include <cstring>
#include <ostream>

#include "parsers/netlink/inet_diag_request.h"
#include "parsers/netlink/sock_diag_source.h"
#include "support/rows.h"

namespace tcpstat::netlink {
namespace {

Connection row_of(std::uint64_t cookie, std::uint16_t port) {
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", port), test::endpoint("192.0.2.2", 1));
  row.cookie = cookie;
  return row;
}

/// Keeps what it is told of the last row.
class LastMark final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    mark = row.autobound;
    return Flow::more;
  }
  Flow listener(const Listener& row) override {
    mark = row.autobound;
    return Flow::stop;
  }
  std::optional<bool> mark;
};

TEST_CASE("a port is the kernel's choice if the kernel says so and it is in its range") {
  AutoboundSockets chosen({32768, 60999});
  chosen.connection(row_of(1, 40000));
  chosen.connection(row_of(2, 443));  // an accepted socket counts as chosen to the kernel
  LastMark last;
  AutoboundRows rows(chosen, last);
  CHECK(rows.connection(row_of(1, 40000)) == Flow::more);
  CHECK(last.mark == true);
  rows.connection(row_of(2, 443));
  CHECK(last.mark == false);
  rows.connection(row_of(3, 40000));
  CHECK(last.mark == false);
  Connection without = row_of(1, 40000);
  without.cookie.reset();
  rows.connection(without);
  CHECK_FALSE(last.mark);
  Listener listener = test::listener(test::endpoint("0.0.0.0", 60999));
  listener.cookie = 1;
  CHECK(rows.listener(listener) == Flow::stop);
  CHECK(last.mark == true);
}

TEST_CASE("without the range the filter is refused: no row would match it, nor its contrary") {
  filter::Query query;
  query.filter.needs.autobound = true;
  test::Counter rows;
  Coverage coverage;
  const auto read = make_netlink_source({})->read(query, rows, coverage);
  REQUIRE_FALSE(read);
  CHECK(read.error().sentence() ==
        "cannot filter by autobound: net.ipv4.ip_local_port_range, from which the kernel chooses ports, cannot be read "
        "(is /proc/sys mounted?)");
}

TEST_CASE("the kernel is asked for the same rows, without filter and extensions") {
  filter::Query query;
  query.states = {State::established, State::listen};
  query.filter.local_ports = {{443, 443}};
  query.parts.tcp_info = true;
  const inet_diag::Request request = inet_diag::request_for_autobound(query);
  inet_diag_bc_op op{};
  REQUIRE(request.program.size() == sizeof op);
  std::memcpy(&op, request.program.data(), sizeof op);
  CHECK(op.code == INET_DIAG_BC_AUTO);
  CHECK(op.yes == 4);
  CHECK(op.no == 8);
  inet_diag_req header{};
  REQUIRE(request.header.size() == sizeof header);
  std::memcpy(&header, request.header.data(), sizeof header);
  CHECK(header.idiag_ext == 0);
  CHECK(header.idiag_states == query.states.mask());
}

}  // namespace
}  // namespace tcpstat::netlink
