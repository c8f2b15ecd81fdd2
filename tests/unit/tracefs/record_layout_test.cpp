#include "parsers/tracefs/record_layout.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/trace_format.h"

namespace tcpstat::tracefs {
namespace {

TEST_CASE("the format of Linux 6.18") {
  const auto layout = parse_layout(test::kTraceFormat);
  REQUIRE(layout);
  CHECK(layout->skaddr.offset == 8);
  CHECK(layout->skaddr.size == 8);
  CHECK(layout->oldstate.offset == 16);
  CHECK(layout->newstate.offset == 20);
  CHECK(layout->sport.offset == 24);
  CHECK(layout->dport.offset == 26);
  CHECK(layout->family.offset == 28);
  CHECK(layout->protocol.offset == 30);
  CHECK(layout->protocol.size == 2);
  CHECK(layout->saddr.offset == 32);
  CHECK(layout->daddr.offset == 36);
  CHECK(layout->saddr_v6.offset == 40);
  CHECK(layout->daddr_v6.offset == 56);
  CHECK(layout->daddr_v6.size == 16);
}

TEST_CASE("a format that is none, or another event's, is refused with a sentence") {
  for (const std::string text : {"", "name: inet_sock_set_state\nformat:\n", "no format at all"}) {
    CAPTURE(text);
    const auto layout = parse_layout(text);
    REQUIRE_FALSE(layout);
    CHECK(layout.error().sentence().find("the format of the tracepoint") != std::string::npos);
  }
  std::string other = test::kTraceFormat;
  other.replace(other.find("inet_sock_set_state"), 19, "inet_sk_error_report");
  CHECK_FALSE(parse_layout(other));
}

TEST_CASE("a file that is not there: the kernel has no such tracepoint") {
  const auto layout = read_layout("/nonexistent/format");
  REQUIRE_FALSE(layout);
  CHECK(layout.error().sentence() ==
        "cannot trace TCP: this kernel has no tracepoint sock:inet_sock_set_state (Linux 4.16 and later have it)");
}

}  // namespace
}  // namespace tcpstat::tracefs
