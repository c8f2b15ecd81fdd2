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

TEST_CASE("of attempts that ICMP ends at once there are as many as each counter allows") {
  KernelCounters before;
  KernelCounters now;
  before.lock_dropped_icmps = before.icmp_in_unreachables = before.active_opens = 10;
  now.lock_dropped_icmps = 15;
  now.icmp_in_unreachables = 14;
  CHECK(ended_inside_connect(before, now) == 0);
  now.active_opens = 13;
  CHECK(ended_inside_connect(before, now) == 3);
  now.active_opens = 20;
  CHECK(ended_inside_connect(before, now) == 4);
  now.icmp_in_unreachables = 30;
  CHECK(ended_inside_connect(before, now) == 5);
}

}  // namespace
}  // namespace tcpstat
