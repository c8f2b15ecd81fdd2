#include "parsers/procfs/protocols.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::procfs {
namespace {

constexpr std::string_view kRelease = "6.18.44-amd64";

/// As Linux 6.18 writes it, with these numbers of sockets.
std::string protocols(const std::string& mptcp6, const std::string& mptcp) {
  return "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh "
         "gp em\n"
         "PACKET    1600      2      -1   NI       0   no   kernel      y  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n "
         " n  n  n\n"
         "MPTCPv6   2064      " +
         mptcp6 +
         "     333   no       0   yes  kernel      y  y  y  n  y  y  y  y  y  y  y  y  n  n  y  y  y  n\n"
         "MPTCP     1936      " +
         mptcp +
         "     333   no       0   yes  kernel      y  y  y  n  y  y  y  y  y  y  y  y  n  n  y  y  y  n\n"
         "TCP       2304      7     333   no     192   yes  kernel      y  y  y  y  y  y  y  y  y  y  y  y  n  y  y  y "
         " y  y\n";
}

TEST_CASE("no socket of MPTCP in either family") {
  CHECK(has_no_mptcp(protocols("0", "0"), kRelease));
  CHECK_FALSE(has_no_mptcp(protocols("0", "1"), kRelease));
  CHECK_FALSE(has_no_mptcp(protocols("2", "0"), kRelease));
}

TEST_CASE("a kernel without IPv6 has one line") {
  std::string text = protocols("5", "0");
  const std::size_t line = text.find("MPTCPv6");
  text.erase(line, text.find('\n', line) + 1 - line);
  CHECK(has_no_mptcp(text, kRelease));
}

TEST_CASE("kernels that do not count them tell nothing") {
  for (const std::string_view release : {"6.3.0", "6.3", "6.10-rc1", "7.0.1", "6.12.9+deb13-amd64", "10.1"}) {
    CAPTURE(release);
    CHECK(has_no_mptcp(protocols("0", "0"), release));
  }
  for (const std::string_view release : {"6.2.16", "6.1.0-44-amd64", "5.15.0", "2.6.62", "6", "", "6.", "x.y", "6.x"}) {
    CAPTURE(release);
    CHECK_FALSE(has_no_mptcp(protocols("0", "0"), release));
  }
}

TEST_CASE("what is missing, cut or no number tells nothing") {
  CHECK_FALSE(has_no_mptcp("", kRelease));
  CHECK_FALSE(has_no_mptcp("TCP       2304      7     333   no\n", kRelease));
  CHECK_FALSE(has_no_mptcp(protocols("0", "x"), kRelease));
  CHECK_FALSE(has_no_mptcp(protocols("", "0"), kRelease));
  CHECK_FALSE(has_no_mptcp("MPTCP 1936 0", kRelease));
  CHECK_FALSE(has_no_mptcp("MPTCP\n", kRelease));
}

}  // namespace
}  // namespace tcpstat::procfs
