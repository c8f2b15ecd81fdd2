#include "survey/name_counter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

#include "tests/unit/support/rows.h"

namespace tcpstat::survey {
namespace {

/// "name=sockets" of each, the others without a name.
std::string text_of(const std::vector<NameMetrics>& all) {
  std::string text;
  for (const NameMetrics& one : all) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : one.states) sum += count;
    text += (text.empty() ? "" : " ") + one.name.value_or("") + "=" + std::to_string(sum);
  }
  return text;
}

Connection from(std::uint16_t port, std::string_view to, std::uint16_t remote, State state = State::established) {
  return test::connection(state, test::endpoint("192.0.2.1", port), test::endpoint(to, remote));
}

TEST_CASE("the names with most sockets come first, and the others last") {
  NameCounter counter;
  for (int i = 0; i < 3; ++i) counter.add("many", State::established);
  counter.add("few", State::close_wait);
  counter.add("", State::time_wait);
  CHECK(text_of(counter.take()) == "many=3 few=1 =1");
}

TEST_CASE("however many names there are, few are told and few are remembered") {
  NameCounter counter;
  for (std::size_t i = 0; i < NameCounter::kMostKnown + 500; ++i) counter.add(std::to_string(i), State::established);
  const auto taken = counter.take();
  CHECK(taken.size() == Metrics::kMostNames + 1);
  CHECK(taken.back().states[static_cast<std::size_t>(State::established)] ==
        NameCounter::kMostKnown + 500 - Metrics::kMostNames);
}

TEST_CASE("destinations are those of connections from ports that the kernel chooses") {
  KernelSettings settings;
  settings.first_local_port = 40000;
  settings.last_local_port = 49999;
  DestinationCounter counter(settings);
  counter.connection(from(40001, "198.51.100.7", 5432));
  counter.connection(from(40002, "198.51.100.7", 5432, State::time_wait));
  counter.connection(from(40003, "2001:db8::1", 443));
  counter.connection(from(80, "203.0.113.9", 51000));                      // came to us
  counter.connection(from(40004, "203.0.113.9", 51000, State::syn_recv));  // a flood chooses its addresses
  CHECK(text_of(counter.take()) == "198.51.100.7:5432=2 [2001:db8::1]:443=1 =0");
}

TEST_CASE("units are those of the control group, and listeners have one too") {
  test::TableNames names;
  names.cgroup_places[77] = {.unit = "nginx.service", .container = "", .pod = ""};
  UnitCounter counter(names);
  Connection row = from(80, "198.51.100.7", 5432);
  row.cgroup = 77;
  counter.connection(row);
  Listener listener = test::listener(test::endpoint("0.0.0.0", 80));
  listener.cgroup = 77;
  counter.listener(listener);
  counter.connection(from(81, "198.51.100.7", 5432));
  CHECK(text_of(counter.take()) == "nginx.service=2 =1");
}

}  // namespace
}  // namespace tcpstat::survey
