#include "survey/whole_answer.h"

#include <doctest/doctest.h>

#include <ostream>

#include "filter/parsed.h"

namespace tcpstat::survey {
namespace {

filter::Filter matching(const char* expression) {
  filter::Filter out;
  filter::add_expression(out, test::parsed(expression));
  return out;
}

/// Why the answer is not about all of them; empty: it is.
std::string doubt(const filter::Filter& filter, bool saved, const Coverage& seen) {
  Coverage coverage = seen;
  ask_for_all_that_match(filter, saved, coverage);
  return coverage.complete ? "" : coverage.why_incomplete();
}

TEST_CASE("an answer about states that the source does not have is not about all of them") {
  Coverage without_close;
  without_close.rows_read = 1;
  without_close.visible = StateSet::all() - StateSet{State::close};
  filter::Filter filter;
  filter.states = {State::close, State::listen};
  CHECK(doubt(filter, false, without_close) == "sockets in CLOSE do not show here");
  CHECK(doubt(filter, true, without_close) == "sockets in CLOSE were not saved");
  filter.states = {State::listen};
  CHECK(doubt(filter, false, without_close).empty());
  for (const StateSet most : {StateSet::all(), StateSet::all() - StateSet{State::time_wait}}) {
    filter.states = most;
    CHECK(doubt(filter, false, without_close).empty());
  }
  without_close.visible = StateSet::all();
  filter.states = {State::close, State::listen};
  CHECK(doubt(filter, false, without_close).empty());
}

TEST_CASE("an answer about addresses of IPv6 that the source does not have is not about all of them") {
  Coverage ipv4;
  ipv4.rows_read = 1;
  ipv4.ipv6 = false;
  CHECK(doubt(filter::Filter(), true, ipv4).empty());
  for (const char* of_ipv6 : {"src [::1]", "family ipv6", "sport = 80 and dst [2001:db8::]/32",
                              "src [::1] or ( family ipv6 and sport = 1 )"}) {
    CAPTURE(of_ipv6);
    CHECK(doubt(matching(of_ipv6), false, ipv4) == "IPv6 sockets do not show here");
  }
  for (const char* of_any : {"src 192.0.2.1", "family ipv4", "src [::1] or sport = 1", "not src [::1]", "sport = 80",
                             "src [::ffff:192.0.2.1]"}) {
    CAPTURE(of_any);
    CHECK(doubt(matching(of_any), false, ipv4).empty());
  }
  filter::Filter local;
  local.local.push_back({Prefix{*parse_address("::1"), 128}, {}});
  CHECK(doubt(local, false, ipv4) == "IPv6 sockets do not show here");
  local.local.push_back({{}, filter::PortRange{80, 80}});
  CHECK(doubt(local, false, ipv4).empty());
  filter::Filter chosen;
  chosen.ipv4 = false;
  CHECK(doubt(chosen, false, ipv4) == "IPv6 sockets do not show here");
}

TEST_CASE("what is incomplete already keeps its reason") {
  Coverage coverage;
  coverage.ipv6 = false;
  coverage.rows_read = 1;
  coverage.lose("x", "a row was damaged");
  CHECK(doubt(filter::Filter(), true, coverage) == "a row was damaged");
}

}  // namespace
}  // namespace tcpstat::survey
