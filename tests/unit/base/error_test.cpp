#include "base/error.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("an error is one sentence: what, why, what next") {
  CHECK(Error{"open /proc/net/tcp", EACCES, "try sudo"}.sentence() ==
        "cannot open /proc/net/tcp: Permission denied (try sudo)");
  CHECK(Error{"open /proc/net/tcp", ENOENT}.sentence() == "cannot open /proc/net/tcp: No such file or directory");
  CHECK(Error{"read x", 0, "", "this is no format that tcpstat knows"}.sentence() ==
        "cannot read x: this is no format that tcpstat knows");
  CHECK(Error{"read x", 0}.sentence() == "cannot read x");
  CHECK(Error{"read x", 0, "try y"}.sentence() == "cannot read x (try y)");
  CHECK(Error{"read x", EACCES, "try sudo"}.why() == "Permission denied (try sudo)");
}

}  // namespace
}  // namespace tcpstat
