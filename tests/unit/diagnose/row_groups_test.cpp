// Groups of rows: which row belongs to which, and how many are kept.

#include <doctest/doctest.h>

#include "diagnose/row_groups.h"
#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

TEST_CASE("groups stay bounded, keep the large ones, and never count too much") {
  diagnose::RowGroups groups;
  const LocalPorts settings;
  const Connection large = connection(State::established, endpoint("192.0.2.1", 443), endpoint("203.0.113.9", 1));
  for (unsigned round = 0; round < 5 * RowGroups::kMost; ++round) {
    Connection row = large;
    row.remote = endpoint("2001:db8::" + std::to_string(round % 10000) + ":" + std::to_string(round / 10000), 1);
    groups.of(diagnose::peer_of(row)).add(row, std::nullopt, settings);
    if (round % 4 == 0) groups.of(diagnose::peer_of(large)).add(large, std::nullopt, settings);
  }
  const auto all = groups.largest();
  CHECK(all.size() <= RowGroups::kMost);
  CHECK(all.front().key == diagnose::peer_of(large));
  CHECK(all.front().group->rows == 5 * RowGroups::kMost / 4);
  CHECK(groups.lost() > 0);
}

TEST_CASE("the port that names the service is the one that nobody took from the local range") {
  LocalPorts ports;
  const auto service = [&](std::uint16_t local, std::uint16_t remote) {
    const ServicePort port = service_port(
        connection(State::established, endpoint("192.0.2.1", local), endpoint("198.51.100.7", remote)), ports);
    return std::to_string(port.port) + (port.opened == Opened::here ? " there" : " here");
  };
  CHECK(service(443, 50000) == "443 here");
  CHECK(service(50000, 443) == "443 there");
  CHECK(service(50000, 50001) == "50000 here");  // both may be: the lower one
  CHECK(service(50001, 50000) == "50000 there");
  CHECK(service(443, 80) == "443 here");
  CHECK(service(32767, 443) == "32767 here");
  CHECK(service(32768, 443) == "443 there");
  CHECK(service(60999, 443) == "443 there");
  CHECK(service(61000, 443) == "61000 here");
  KernelSettings settings;
  settings.first_local_port = 400;
  settings.last_local_port = 450;
  ports = LocalPorts(settings);
  CHECK(service(443, 50000) == "50000 there");
}

TEST_CASE("where listeners are known, a port that is listened on was opened to, and no other one of the range") {
  KernelSettings settings;
  settings.first_local_port = 1024;
  settings.last_local_port = 65535;
  LocalPorts ports(settings);
  const auto opened = [&](std::uint16_t local, std::uint16_t remote) {
    return service_port(connection(State::established, endpoint("192.0.2.1", local), endpoint("198.51.100.7", remote)),
                        ports)
        .opened;
  };
  CHECK(opened(8080, 2000) == Opened::here);  // a guess
  ports.add_listener(8080);
  CHECK(opened(8080, 2000) == Opened::there);
  CHECK(opened(8081, 20'000) == Opened::here);
}

TEST_CASE("a row belongs to the process that holds it, else to its service") {
  const LocalPorts settings;
  const Owner owner{812, 3, "nginx"};
  Connection row = served(State::established);
  RowGroup group;
  CHECK(subject_of(holder_of(row, settings), group) == ":443");
  row.owners = {&owner, 1};
  group.add(row, 5'000, settings);
  CHECK(subject_of(holder_of(row, settings), group) == "nginx(812)");
  const Connection out =
      connection(State::established, endpoint("192.0.2.1", 50000), endpoint("::ffff:198.51.100.7", 443));
  CHECK(subject_of(holder_of(out, settings), {}) == "198.51.100.7:443");
  CHECK(subject_of(peer_of(out), {}) == "198.51.100.7");
  CHECK(subject_of(destination_of(out), {}) == "198.51.100.7:443");
}

TEST_CASE("a group knows its first service, its oldest row and its worst") {
  const LocalPorts settings;
  RowGroup group;
  Connection row = served(State::established);
  row.retransmits = 4;
  group.add(row, std::nullopt, settings);
  CHECK_FALSE(group.oldest_ms);
  group.add(served(State::established), 700, settings);
  group.add(served(State::established), 300, settings);
  CHECK(group.rows == 3);
  CHECK(group.oldest_ms == 700U);
  CHECK(group.worst == 4);
  CHECK(group.service.port == 443);
  CHECK_FALSE(group.more_services);
  group.add(served(State::established, 80), 300, settings);
  CHECK(group.service.port == 443);
  CHECK(group.more_services);
}
