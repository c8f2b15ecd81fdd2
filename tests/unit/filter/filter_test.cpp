#include "filter/filter.h"

#include <doctest/doctest.h>

#include <functional>
#include <ostream>

#include "support/rows.h"

namespace tcpstat::filter {
namespace {

const Endpoint kLocal = test::endpoint("192.0.2.1", 443);
const Endpoint kRemote = test::endpoint("198.51.100.7", 40000);
const Connection kRow = test::connection(State::established, kLocal, kRemote);
const Listener kListener = test::listener(kLocal);

EndpointPattern address(std::string_view text, unsigned length) { return {test::prefix(text, length), std::nullopt}; }
EndpointPattern port(std::uint16_t number) { return {std::nullopt, PortRange{number, number}}; }

TEST_CASE("conditions are joined by AND, alternatives by OR") {
  struct Row {
    std::string_view name;
    std::function<void(Filter&)> set;
    bool matches;
    bool matches_listener;
  };
  const Row rows[] = {
      {"no condition", [](Filter&) {}, true, true},
      {"its state", [](Filter& f) { f.states = {State::established}; }, true, false},
      {"LISTEN", [](Filter& f) { f.states = {State::listen}; }, false, true},
      {"its family", [](Filter& f) { f.ipv6 = false; }, true, true},
      {"another family", [](Filter& f) { f.ipv4 = false; }, false, false},
      {"its local address", [](Filter& f) { f.local = {address("192.0.2.0", 24)}; }, true, true},
      {"another local address", [](Filter& f) { f.local = {address("192.0.3.0", 24)}; }, false, false},
      {"one of two local addresses",
       [](Filter& f) {
         f.local = {address("192.0.3.0", 24), address("192.0.2.0", 24)};
       },
       true, true},
      {"address and port of one pattern belong together",
       [](Filter& f) {
         f.local = {{test::prefix("192.0.2.1", 32), PortRange{80, 80}},
                    {test::prefix("192.0.3.1", 32), PortRange{443, 443}}};
       },
       false, false},
      {"its remote address", [](Filter& f) { f.remote = {address("198.51.100.7", 32)}; }, true, false},
      {"any remote address", [](Filter& f) { f.remote = {{}}; }, true, false},
      {"its remote port", [](Filter& f) { f.remote = {port(40000)}; }, true, false},
      {"either side: local",
       [](Filter& f) {
         f.ports = {{443, 443}};
       },
       true, true},
      {"either side: remote",
       [](Filter& f) {
         f.ports = {{40000, 40000}};
       },
       true, false},
      {"either side: a range",
       [](Filter& f) {
         f.ports = {{1, 80}, {443, 450}};
       },
       true, true},
      {"either side: neither",
       [](Filter& f) {
         f.ports = {{444, 39999}};
       },
       false, false},
      {"local port",
       [](Filter& f) {
         f.local_ports = {{443, 443}};
       },
       true, true},
      {"local port is not the remote one",
       [](Filter& f) {
         f.local_ports = {{40000, 40000}};
       },
       false, false},
      {"remote port",
       [](Filter& f) {
         f.remote_ports = {{40000, 40001}};
       },
       true, false},
      {"remote port is not the local one",
       [](Filter& f) {
         f.remote_ports = {{443, 443}};
       },
       false, false},
      {"its user",
       [](Filter& f) {
         f.users = {0, 1000};
       },
       true, true},
      {"another user", [](Filter& f) { f.users = {0}; }, false, false},
      {"two conditions, one holds",
       [](Filter& f) {
         f.users = {1000};
         f.local_ports = {{80, 80}};
       },
       false, false},
      {"two conditions, both hold",
       [](Filter& f) {
         f.users = {1000};
         f.local_ports = {{443, 443}};
       },
       true, true},
      {"a process, but nobody holds it", [](Filter& f) { f.pids = {1}; }, false, false},
      {"a name, but nobody holds it", [](Filter& f) { f.processes = {"nginx"}; }, false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Filter filter;
    row.set(filter);
    CHECK(filter.matches(kRow) == row.matches);
    CHECK(filter.matches(kListener) == row.matches_listener);
  }
}

TEST_CASE("a CLOSE row has no remote end to match") {
  Connection row = kRow;
  row.state = State::close;
  row.remote = {};
  Filter filter;
  CHECK(filter.matches(row));
  filter.remote = {address("0.0.0.0", 0)};
  CHECK_FALSE(filter.matches(row));
  filter.remote.clear();
  filter.remote_ports = {{0, 65535}};
  CHECK_FALSE(filter.matches(row));
  filter.remote_ports.clear();
  filter.ports = {{0, 0}};
  CHECK_FALSE(filter.matches(row));
  filter.ports = {{443, 443}};
  CHECK(filter.matches(row));
}

TEST_CASE("a half-open request belongs to no user, not to root") {
  Connection row = kRow;
  row.uid.reset();
  Filter filter;
  filter.users = {0};
  CHECK_FALSE(filter.matches(row));
  filter.users = {1000};
  CHECK_FALSE(filter.matches(row));
}

TEST_CASE("any owner will do, by its id or by its whole name") {
  const std::vector<Owner> owners = {{812, 3, "nginx"}, {813, 3, "nginx: worker"}};
  Connection row = kRow;
  row.owners = owners;
  Filter filter;
  filter.pids = {813};
  CHECK(filter.needs_owners());
  CHECK(filter.matches(row));
  filter.pids = {81};
  CHECK_FALSE(filter.matches(row));
  filter.pids.clear();
  filter.processes = {"nginx"};
  CHECK(filter.needs_owners());
  CHECK(filter.matches(row));
  filter.processes = {"ngin"};
  CHECK_FALSE(filter.matches(row));
  filter.processes = {"NGINX"};
  CHECK_FALSE(filter.matches(row));
}

TEST_CASE("-4 means AF_INET sockets, addresses mean what they carry") {
  const Connection row = test::connection(State::established, test::endpoint("::ffff:192.0.2.1", 443),
                                          test::endpoint("::ffff:198.51.100.7", 40000));
  Filter filter;
  filter.ipv6 = false;
  CHECK_FALSE(filter.matches(row));
  CHECK(filter.has_conditions_or_family());
  filter = {};
  CHECK_FALSE(filter.has_conditions_or_family());
  filter.ipv4 = false;
  CHECK(filter.has_conditions_or_family());
  CHECK(filter.matches(row));
  filter.remote = {address("198.51.100.0", 24)};
  CHECK(filter.matches(row));
  filter.remote = {address("::", 0)};
  CHECK_FALSE(filter.matches(row));
}

}  // namespace
}  // namespace tcpstat::filter
