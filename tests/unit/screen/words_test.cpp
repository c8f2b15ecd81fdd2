#include "screen/words.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "screen/table_view.h"

using namespace tcpstat;
using namespace tcpstat::screen;
using std::chrono::seconds;

TEST_CASE("durations have one unit") {
  CHECK(duration_text(seconds(0)) == "0 s");
  CHECK(duration_text(seconds(119)) == "119 s");
  CHECK(duration_text(seconds(120)) == "2 min");
  CHECK(duration_text(seconds(7200)) == "2 h");
  CHECK(duration_text(seconds(200'000)) == "2 d");
}

TEST_CASE("intervals have no needless digits") {
  CHECK(interval_text(std::chrono::milliseconds(1000)) == "1s");
  CHECK(interval_text(std::chrono::milliseconds(500)) == "0.5s");
  CHECK(interval_text(std::chrono::milliseconds(1250)) == "1.25s");
}

TEST_CASE("a bar is full at its limit, and never empty while something waits") {
  CHECK(bar(0, 6, 3, Charset::ascii) == "...");
  CHECK(bar(1, 4097, 3, Charset::ascii) == "#..");
  CHECK(bar(6, 6, 3, Charset::ascii) == "###");
  CHECK(bar(9, 6, 3, Charset::ascii) == "###");
}

TEST_CASE("text of others cannot move the cursor") { CHECK(safe("a\x1b[2Jb\n", Charset::utf8) == "a\\x1b[2Jb\\x0a"); }

TEST_CASE("an address loses its middle and keeps its port") {
  CHECK(without_middle("[2001:db8::1]:443", 12, "…") == "[2001:d…:443");
  CHECK(without_middle("10.0.0.1:80", 11, "…") == "10.0.0.1:80");
  CHECK(display_width(without_middle("[2001:db8:ffff::1]:65535", 9, "~")) == 9);
}

TEST_CASE("what goes on below a label stands beside it, and other text at the margin") {
  using Lines = std::vector<std::string>;
  CHECK(lines_of("do   find out where it hangs", 20) == Lines{"do   find out where", "     it hangs"});
  CHECK(lines_of("one two three\n\nfour\n", 9) == Lines{"one two", "three", "", "four"});
  CHECK(lines_of("a long beginning  two words", 18) == Lines{"a long beginning ", "two words"});
  CHECK(lines_of("  indented", 10) == Lines{"  indented"});
}
