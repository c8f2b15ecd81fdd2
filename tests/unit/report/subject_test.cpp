#include "report/subject.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <vector>

#include "support/rows.h"

using namespace tcpstat;

TEST_CASE("a subject is printed as what it is") {
  struct Row {
    Subject subject;
    std::string_view text;
  };
  const std::vector<Row> rows = {
      {Subject::host(), "host"},
      {Subject::endpoint(test::endpoint("192.0.2.1", 443)), "192.0.2.1:443"},
      {Subject::endpoint(test::endpoint("0.0.0.0", 443)), "0.0.0.0:443"},
      {Subject::endpoint(test::endpoint("::1", 443)), "[::1]:443"},
      {Subject::endpoint(test::endpoint("fe80::1", 443), "eth0"), "[fe80::1%eth0]:443"},
      {Subject::endpoint(test::endpoint("0.0.0.0", 443), "eth0"), "0.0.0.0%eth0:443"},
      {Subject::port(443), ":443"},
      {Subject::address(test::address("2001:db8::1")), "2001:db8::1"},
      {Subject::process("nginx", 812), "nginx(812)"},
      {Subject::sockets("syn_recv"), "syn_recv"},
  };
  for (const Row& row : rows) {
    CHECK(row.subject.text() == row.text);
    CHECK(row.subject.is_host() == (row.text == "host"));
    for (const Row& other : rows) CHECK((row.subject == other.subject) == (&row == &other));
  }
}

TEST_CASE("a process that calls itself host is not the host") {
  const Subject process = Subject::sockets("host");
  CHECK_FALSE(process.is_host());
  CHECK_FALSE(process == Subject::host());
  CHECK_FALSE(Subject::process("a", 1) == Subject::process("a", 2));
}

TEST_CASE("a port takes in each endpoint of it, and an endpoint itself") {
  const Subject endpoint = Subject::endpoint({*parse_address("192.0.2.1"), 443});
  CHECK(Subject::port(443).takes_in(endpoint));
  CHECK(endpoint.takes_in(endpoint));
  CHECK_FALSE(Subject::port(80).takes_in(endpoint));
  CHECK_FALSE(Subject::endpoint({*parse_address("192.0.2.2"), 443}).takes_in(endpoint));
  CHECK_FALSE(Subject::address(*parse_address("192.0.2.1")).takes_in(endpoint));
  CHECK_FALSE(Subject::host().takes_in(endpoint));
  CHECK_FALSE(Subject::port(443).takes_in(Subject::host()));
}
