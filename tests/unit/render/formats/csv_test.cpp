// Comma-separated values.

#include <doctest/doctest.h>

#include <ostream>

#include "support/render.h"

namespace tcpstat::render {
namespace {

using test::Rendering;

TEST_CASE("csv has a header of lower-case names and quotes only where needed") {
  Rendering csv("csv", {"STATE", "LOCAL", "REMOTE", "PROCESS", "TIMER", "UID"});
  const std::vector<Owner> owners = {{1, 3, "a,b"}, {2, 3, "say \"hi\""}, {3, 3, "x\ny"}};
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("2001:db8::7", 40000));
  row.owners = owners;
  csv.row(row);
  row.owners = {};
  row.uid.reset();
  csv.row(row);
  csv.row(test::listener(test::endpoint("192.0.2.1", 443)));
  CHECK(csv.finish() ==
        "state,local,remote,process,timer,uid\n"
        "ESTABLISHED,192.0.2.1:443,[2001:db8::7]:40000,\"a,b(1),say \"\"hi\"\"(2),x\\x0ay(3)\",none,1000\n"
        "ESTABLISHED,192.0.2.1:443,[2001:db8::7]:40000,,none,\n"
        "LISTEN,192.0.2.1:443,*,,none,1000\n");
}

TEST_CASE("csv is a format with columns and a meaning") {
  const Format* of = find_format("csv");
  REQUIRE(of != nullptr);
  CHECK(of->name == "csv");
  CHECK(of->meaning == "comma-separated values (RFC 4180)");
  CHECK(of->has_columns);
}

}  // namespace
}  // namespace tcpstat::render
