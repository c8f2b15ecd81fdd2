#include "model/broken_off.h"

#include <doctest/doctest.h>

namespace tcpstat {
namespace {

TEST_CASE("programs break connections off in two ways, and what is not known is none") {
  KernelCounters before;
  KernelCounters now;
  CHECK(broken_off(before, now) == 0);
  before.abort_on_close = 10;
  now.abort_on_close = 13;
  CHECK(broken_off(before, now) == 3);
  now.abort_on_data = 4;
  CHECK(broken_off(before, now) == 3);
  before.abort_on_data = 2;
  CHECK(broken_off(before, now) == 5);
  now.abort_on_close = 9;  // it began anew
  CHECK(broken_off(before, now) == 2);
}

}  // namespace
}  // namespace tcpstat
