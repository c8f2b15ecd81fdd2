#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "base/utf8.h"
#include "explain/explanations.h"
#include "support/fixtures.h"

namespace tcpstat::explain {
namespace {

TEST_CASE("every ladder stands between two columns of states, in either alphabet") {
  for (const Lifecycle& lifecycle : lifecycles()) {
    CAPTURE(lifecycle.name);
    const std::string ascii = explain_lifecycle(lifecycle, Drawing::ascii);
    const std::string utf8 = explain_lifecycle(lifecycle, Drawing::utf8);
    const auto lines = test::lines_of(ascii);
    CHECK(lines.size() == test::lines_of(utf8).size());
    CHECK(lines.size() > run(lifecycle).size());
    for (const std::string& line : lines) CHECK(display_width(line) <= 80);
    for (const std::string& line : test::lines_of(utf8)) CHECK(display_width(line) <= 80);
  }
}

TEST_CASE("a segment points to where it goes, and one that is lost ends half way") {
  const std::string opening = explain_lifecycle(*find_lifecycle("handshake"), Drawing::ascii);
  CHECK(opening.find("- SYN seq=0 -") < opening.find("<-"));
  CHECK(opening.find("->") != std::string::npos);
  const std::string alone = explain_lifecycle(*find_lifecycle("no-answer"), Drawing::ascii);
  CHECK(alone.find("- x") != std::string::npos);
  CHECK(alone.find("->") == std::string::npos);
  CHECK(explain_lifecycle(*find_lifecycle("simultaneous-close"), Drawing::utf8).find("╲ ╱") != std::string::npos);
}

TEST_CASE("a course of events that is named like a state points to it") {
  CHECK(explain_lifecycle(*find_lifecycle("close"), Drawing::ascii)
            .ends_with("tcpstat explain " + std::string(name(State::close)) + "\n"));
}

}  // namespace
}  // namespace tcpstat::explain
