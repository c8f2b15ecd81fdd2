#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("a ladder is as narrow as its lines have to be, and as its labels let it") {
  const auto widest = [](const std::string& name, std::size_t columns) {
    std::size_t most = 0;
    const Words words(Language::english, columns);
    for (const std::string& line : test::lines_of(explain_lifecycle(*find_lifecycle(name), Drawing::utf8, words))) {
      most = std::max(most, display_width(line));
    }
    return most;
  };
  for (const std::string name : {"handshake", "close", "syn-flood", "queue-full", "no-answer", "lost-last-ack"}) {
    CAPTURE(name);
    CHECK(widest(name, 60) <= 60);
    CHECK(widest(name, 78) > 70);
  }
  CHECK(widest("simultaneous-close", 60) > 60);  // two labels stand beside each other
  CHECK(widest("handshake", 20) < 60);
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
