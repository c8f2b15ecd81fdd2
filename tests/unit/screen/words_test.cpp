#include "screen/words.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>
#include <vector>

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
  CHECK(interval_text(std::chrono::milliseconds(10'000)) == "10s");
  CHECK(interval_text(std::chrono::milliseconds(2005)) == "2.005s");
  CHECK(interval_text(std::chrono::milliseconds(1)) == "0.001s");
}

TEST_CASE("a bar is full at its limit, and never empty while something waits") {
  CHECK(bar(0, 6, 3, Charset::ascii) == "...");
  CHECK(bar(1, 4097, 3, Charset::ascii) == "#..");
  CHECK(bar(6, 6, 3, Charset::ascii) == "###");
  CHECK(bar(9, 6, 3, Charset::ascii) == "###");
  CHECK(bar(3, 6, 4, Charset::ascii) == "##..");
  CHECK(bar(2, 6, 3, Charset::utf8) == "█░░");
  // Nothing of nothing is empty, and something of nothing is more than all.
  CHECK(bar(0, 0, 3, Charset::ascii) == "...");
  CHECK(bar(1, 0, 3, Charset::ascii) == "###");
}

TEST_CASE("text of others cannot move the cursor") { CHECK(safe("a\x1b[2Jb\n", Charset::utf8) == "a\\x1b[2Jb\\x0a"); }

TEST_CASE("our own words within are in characters of the terminal") {
  CHECK(safe("a · b − c", Charset::ascii) == "a, b - c");
  CHECK(safe("a · b − c", Charset::utf8) == "a · b − c");
}

TEST_CASE("what goes on below a label stands beside it, and other text at the margin") {
  using Lines = std::vector<std::string>;
  CHECK(lines_of("do   find out where it hangs", 20) == Lines{"do   find out where", "     it hangs"});
  CHECK(lines_of("one two three\n\nfour\n", 9) == Lines{"one two", "three", "", "four"});
  CHECK(lines_of("a long beginning  two words", 18) == Lines{"a long beginning ", "two words"});
  CHECK(lines_of("  indented", 10) == Lines{"  indented"});
  // A label has at most 14 columns, and something behind it.
  CHECK(lines_of("twelve chars  one two", 18) == Lines{"twelve chars  one", "              two"});
  CHECK(lines_of("thirteen char  one two", 18) == Lines{"thirteen char  one", "two"});
  CHECK(lines_of("nothing  ", 20).front().starts_with("nothing"));
  CHECK(lines_of("no end of line", 20) == Lines{"no end of line"});
  CHECK(lines_of("", 20).empty());
}
