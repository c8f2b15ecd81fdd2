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

TEST_CASE("without colours the worst is still bold, and the chosen row reversed") {
  CellBuffer now(1, 2);
  now.put(0, 0, "!", Tone::critical);
  now.paint(1, Tone::selected);
  CHECK(changes(CellBuffer(1, 2), now, render::Colour::no) == "\x1b[1;1H\x1b[0;1m!\x1b[2;1H\x1b[0;7m \x1b[0m");
  CHECK(changes(CellBuffer(1, 2), now).find("\x1b[0;1;31m") != std::string::npos);
}
