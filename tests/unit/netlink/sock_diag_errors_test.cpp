#include "parsers/netlink/sock_diag_errors.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>

namespace tcpstat::netlink {
namespace {

TEST_CASE("a dump goes on behind messages that were dropped, which is said once") {
  Coverage coverage;
  REQUIRE(take_receive_error(ENOBUFS, coverage));
  REQUIRE(take_receive_error(ENOBUFS, coverage));
  CHECK_FALSE(coverage.complete);
  REQUIRE(coverage.warnings.size() == 1);
  CHECK(coverage.warnings[0].code == "lost_messages");
  CHECK(coverage.warnings[0].message == "the kernel dropped netlink messages: rows are missing");
  coverage.warn("other", "between them");
  REQUIRE(take_receive_error(ENOBUFS, coverage));
  CHECK(coverage.warnings.size() == 3);
}

TEST_CASE("a dump goes on behind a datagram that was too long, of which a row is lost") {
  Coverage coverage;
  REQUIRE(take_receive_error(ENOSPC, coverage));
  CHECK_FALSE(coverage.complete);
  CHECK(coverage.warnings.empty());
  CHECK(coverage.flaws[static_cast<std::size_t>(Flaw::cut_short)] == 1);
}

TEST_CASE("every other error ends a dump") {
  for (const int code : {ETIMEDOUT, EIO, ECONNRESET}) {
    Coverage coverage;
    const auto ended = take_receive_error(code, coverage);
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == code);
    CHECK(ended.error().doing == "read the sockets from NETLINK_SOCK_DIAG");
    CHECK(ended.error().hint == (code == ETIMEDOUT ? "try a longer --timeout" : "try --source proc"));
    CHECK_FALSE(coverage.complete);
  }
}

TEST_CASE("a kernel without the module is named, and /proc does as well") {
  for (const int code : {ENOENT, EPROTONOSUPPORT, EOPNOTSUPP}) {
    CHECK(hint_for(code) == "the kernel has no tcp_diag; try --source proc");
  }
  for (const int code : {EPERM, EINVAL, EBUSY}) CHECK(hint_for(code) == "try --source proc");
}

TEST_CASE("a kernel that does not know the protocol has no MPTCP; other errors are what they are") {
  for (const int code : {ENOENT, EINVAL}) {
    const Error told = mptcp_error({"dump", code, "try"});
    CHECK(told.code == code);
    CHECK(told.sentence() ==
          "cannot list connections of MPTCP: the kernel has no mptcp_diag (tcpstat without -M lists their subflows)");
  }
  CHECK(mptcp_error({"dump", EPERM, "try"}).sentence() == "cannot dump: Operation not permitted (try)");
}

}  // namespace
}  // namespace tcpstat::netlink
