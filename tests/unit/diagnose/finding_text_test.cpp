// Pieces of findings as people read them.

#include <doctest/doctest.h>

#include "diagnose/finding_text.h"
#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("shares, and ages that tell something") {
  CHECK(percent(0.734) == "73 %");
  CHECK(oldest_text(std::nullopt).empty());
  CHECK(oldest_text(61'000) == ", the oldest for 61 s");
  CHECK(oldest_text(1'000) == ", the oldest for 1 s");
  CHECK(oldest_text(999).empty());
}

TEST_CASE("a service is told by its port and the side that opened") {
  RowGroup group;
  group.service = {Opened::there, 443};
  CHECK(service_text(group) == " on :443");
  group.service = {Opened::here, 5432};
  group.more_services = true;
  CHECK(service_text(group) == " to :5432 and others");
}

TEST_CASE("the port that all rows of a group share is the service, whatever range local ports are from") {
  KernelSettings wide;
  wide.first_local_port = 1024;
  wide.last_local_port = 65535;
  const LocalPorts ports(wide);
  const auto row = [](std::uint16_t local, std::uint16_t remote) {
    return connection(State::close_wait, endpoint("192.0.2.1", local), endpoint("198.51.100.7", remote));
  };
  RowGroup clients;
  clients.add(row(42464, 50432), {}, ports);
  CHECK(service_text(clients) == " on :42464");  // which end opened one of two high ports cannot be told
  clients.add(row(42466, 50432), {}, ports);
  CHECK(service_text(clients) == " to :50432");
  RowGroup server;
  server.add(row(50432, 42464), {}, ports);
  server.add(row(50432, 42466), {}, ports);
  CHECK(service_text(server) == " on :50432");
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
