// Pieces of findings as people read them.

#include <doctest/doctest.h>

#include "diagnose/finding_text.h"
#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("durations as people say them") {
  CHECK(diagnose::duration_text(999) == "0 s");
  CHECK(diagnose::duration_text(119'999) == "119 s");
  CHECK(diagnose::duration_text(120'000) == "2 min");
  CHECK(diagnose::duration_text(7'199'999) == "119 min");
  CHECK(diagnose::duration_text(7'200'000) == "2 h");
  CHECK(diagnose::duration_text(172'800'000) == "2 d");
}

TEST_CASE("numbers come with their noun") {
  CHECK(counted(0, "connection") == "0 connections");
  CHECK(counted(1, "connection") == "1 connection");
  CHECK(counted(12, "connection") == "12 connections");
  CHECK(percent(0.734) == "73 %");
  CHECK(oldest_text(std::nullopt).empty());
  CHECK(oldest_text(61'000) == ", the oldest for 61 s");
  CHECK(oldest_text(1'000) == ", the oldest for 1 s");
  CHECK(oldest_text(999).empty());
}

TEST_CASE("a service is told by its port and the side that opened") {
  RowGroup group;
  group.service = {Opened::there, 443};
  CHECK(service_text(group) == " on port 443");
  group.service = {Opened::here, 5432};
  group.more_services = true;
  CHECK(service_text(group) == " to port 5432 and others");
}

TEST_CASE("a command lists what the finding speaks of") {
  CHECK(list_command({State::close_wait}, "-p") == "tcpstat --state CLOSE_WAIT -p");
  CHECK(list_command({State::closing, State::fin_wait1}, "") == "tcpstat --state FIN_WAIT1,CLOSING");
  CHECK(filter_text({812, {}}) == "--pid 812");
  CHECK(filter_text({0, {{}, 443}}) == "--local-port 443");
  CHECK(filter_text({0, endpoint("192.0.2.1", 0)}) == "--remote 192.0.2.1");
  CHECK(filter_text({0, endpoint("192.0.2.1", 443)}) == "--remote 192.0.2.1:443");
  CHECK(filter_text({0, endpoint("2001:db8::1", 0)}) == "--remote 2001:db8::1");
  CHECK(filter_text({0, endpoint("2001:db8::1", 443)}) == "--remote '[2001:db8::1]:443'");
}

TEST_CASE("a limit is reached, not only exceeded") {
  CHECK(judged(9.9, 10, 100) == Severity::ok);
  CHECK(judged(10, 10, 100) == Severity::warning);
  CHECK(judged(100, 10, 100) == Severity::critical);
}
