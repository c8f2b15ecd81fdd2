// Fields between TABs.

#include <doctest/doctest.h>

#include <ostream>

#include "support/render.h"

namespace tcpstat::render {
namespace {

using test::Rendering;

TEST_CASE("plain has tabs, raw numbers and dashes") {
  Rendering plain("plain", {"STATE", "LOCAL", "TIMER", "TIMER_MS", "UID", "PROCESS"});
  const std::vector<Owner> owners = {{1, 3, "a\tb"}, {2, 3, "c"}};
  Connection row =
      test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("2001:db8::7", 40000));
  row.owners = owners;
  row.timer = TimerKind::keepalive;
  row.timer_ms = 1234567;
  plain.settings.width = 20;  // never cut
  plain.settings.colour = Colour::yes;
  plain.row(row);
  row.owners = {};
  row.uid.reset();
  plain.row(row);
  CHECK(plain.finish() ==
        "STATE\tLOCAL\tTIMER\tTIMER_MS\tUID\tPROCESS\n"
        "ESTABLISHED\t192.0.2.1:443\tkeepalive\t1234567\t1000\ta\\x09b(1),c(2)\n"
        "ESTABLISHED\t192.0.2.1:443\tkeepalive\t1234567\t-\t-\n");
}

TEST_CASE("plain is a format with columns and a meaning") {
  const Format* of = find_format("plain");
  REQUIRE(of != nullptr);
  CHECK(of->name == "plain");
  CHECK(of->meaning == "fields separated by one TAB, for cut and awk");
  CHECK(of->has_columns);
}

}  // namespace
}  // namespace tcpstat::render
