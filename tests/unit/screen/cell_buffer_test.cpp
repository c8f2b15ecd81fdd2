#include "screen/cell_buffer.h"

#include <doctest/doctest.h>

#include <string>

using namespace tcpstat;
using namespace tcpstat::screen;

namespace {

std::string changes(const CellBuffer& before, const CellBuffer& now, render::Colour colour = render::Colour::yes) {
  TextBuffer out;
  now.write_changes(before, colour, out);
  return std::string(out.view());
}

}  // namespace

TEST_CASE("the first picture clears the screen") {
  CellBuffer now(4, 2);
  now.put(0, 0, "ab");
  CHECK(changes(CellBuffer(0, 0), now) == "\x1b[0m\x1b[2J\x1b[1;1H\x1b[0mab\x1b[0m");
}

TEST_CASE("what stays is not written again") {
  CellBuffer before(8, 2);
  before.put(0, 0, "count 41");
  CellBuffer now(8, 2);
  now.put(0, 0, "count 42");
  CHECK(changes(before, now) == "\x1b[1;8H\x1b[0m2\x1b[0m");
  CHECK(changes(now, now).empty());
}

TEST_CASE("what does not fit is left out, and a wide character is never halved") {
  CellBuffer now(4, 1);
  CHECK(now.put(1, 0, "abcdef") == 4);
  CellBuffer wide(4, 1);
  CHECK(wide.put(0, 0, "a\xE4\xB8\xAD\xE4\xB8\xAD") == 3);
  CHECK(changes(CellBuffer(4, 1), wide) == "\x1b[1;1H\x1b[0ma\xE4\xB8\xAD\x1b[0m");
  CHECK(now.put(0, 7, "below") == 0);
  CHECK(now.put(9, 0, "beside") == 9);
}

TEST_CASE("a wide character takes its own two cells and no more") {
  CellBuffer now(5, 1);
  now.put(0, 0, "abcde");
  now.put(1, 0, "\xE4\xB8\xAD");
  CHECK(changes(CellBuffer(5, 1), now) ==
        "\x1b[1;1H\x1b[0ma\xE4\xB8\xAD"
        "de\x1b[0m");
  // At the very end it is left out.
  CellBuffer last(3, 1);
  CHECK(last.put(2, 0, "\xE4\xB8\xAD") == 2);
  CHECK(changes(CellBuffer(3, 1), last).empty());
}

TEST_CASE("what stands on the character before it takes no cell") {
  CellBuffer now(3, 1);
  CHECK(now.put(0, 0, "e\xCC\x81x") == 2);
  CHECK(changes(CellBuffer(3, 1), now) == "\x1b[1;1H\x1b[0mex\x1b[0m");
}

TEST_CASE("text ends at the most that it may take") {
  CellBuffer now(9, 1);
  CHECK(now.put(2, 0, "abcdef", Tone::plain, 3) == 5);
  CHECK(now.put(7, 0, "xyz", Tone::plain, 9) == 9);
  CHECK(changes(CellBuffer(9, 1), now) == "\x1b[1;3H\x1b[0mabc\x1b[1;8Hxy\x1b[0m");
}

TEST_CASE("a line that is not there is neither written nor painted") {
  CellBuffer now(2, 2);
  CHECK(now.put(1, 2, "x") == 1);
  now.paint(2, Tone::selected);
  CHECK(changes(CellBuffer(2, 2), now).empty());
  now.put(0, 1, "x");
  now.paint(1, Tone::warning);
  CHECK(changes(CellBuffer(2, 2), now) == "\x1b[2;1H\x1b[0;33mx \x1b[0m");
}

TEST_CASE("a picture of another size is drawn anew") {
  CellBuffer now(2, 1);
  now.put(0, 0, "ab");
  const std::string whole = "\x1b[0m\x1b[2J\x1b[1;1H\x1b[0mab\x1b[0m";
  CHECK(changes(CellBuffer(3, 1), now) == whole);
  CHECK(changes(CellBuffer(2, 2), now) == whole);
}

TEST_CASE("each tone looks like itself with colours, and some without") {
  struct Case {
    Tone tone;
    const char* coloured;
    const char* plain;
  };
  for (const Case& one :
       {Case{Tone::plain, "0", "0"}, Case{Tone::dim, "0;2", "0;2"}, Case{Tone::strong, "0;1", "0;1"},
        Case{Tone::selected, "0;7", "0;7"}, Case{Tone::critical, "0;1;31", "0;1"}, Case{Tone::warning, "0;33", "0"},
        Case{Tone::opening, "0;33", "0"}, Case{Tone::ok, "0;32", "0"}, Case{Tone::open, "0;32", "0"},
        Case{Tone::info, "0;36", "0"}, Case{Tone::half_closed, "0;35", "0"}}) {
    CAPTURE(one.coloured);
    CellBuffer now(1, 1);
    now.put(0, 0, "x", one.tone);
    const auto shown = [](const char* sequence) { return "\x1b[1;1H\x1b[" + std::string(sequence) + "mx\x1b[0m"; };
    CHECK(changes(CellBuffer(1, 1), now) == shown(one.coloured));
    CHECK(changes(CellBuffer(1, 1), now, render::Colour::no) == shown(one.plain));
  }
}

TEST_CASE("a tone is sent once for all that has it") {
  CellBuffer now(4, 2);
  now.put(0, 0, "ab", Tone::dim);
  now.put(2, 0, "c", Tone::strong);
  now.put(0, 1, "d", Tone::strong);
  CHECK(changes(CellBuffer(4, 2), now) == "\x1b[1;1H\x1b[0;2mab\x1b[0;1mc\x1b[2;1Hd\x1b[0m");
}

TEST_CASE("what is bad has the tone of it, and what is no trouble the one that is given") {
  CHECK(tone_of(Severity::critical, Tone::dim) == Tone::critical);
  CHECK(tone_of(Severity::warning, Tone::dim) == Tone::warning);
  CHECK(tone_of(Severity::unknown, Tone::dim) == Tone::info);
  CHECK(tone_of(Severity::info, Tone::dim) == Tone::dim);
  CHECK(tone_of(Severity::ok, Tone::ok) == Tone::ok);
}

TEST_CASE("without colours the worst is still bold, and the chosen row reversed") {
  CellBuffer now(1, 2);
  now.put(0, 0, "!", Tone::critical);
  now.paint(1, Tone::selected);
  CHECK(changes(CellBuffer(1, 2), now, render::Colour::no) == "\x1b[1;1H\x1b[0;1m!\x1b[2;1H\x1b[0;7m \x1b[0m");
  CHECK(changes(CellBuffer(1, 2), now).find("\x1b[0;1;31m") != std::string::npos);
}
