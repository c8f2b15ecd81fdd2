#include "render/judgement_page.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::render {
namespace {

std::string page_of(std::string_view text, std::size_t width, Colour colour = Colour::no,
                    Charset charset = Charset::utf8, Charset foreign = Charset::utf8) {
  TextBuffer out;
  write_judgement_page({.out = out, .width = width, .charset = charset, .foreign = foreign, .colour = colour}, text);
  return std::string(out.view());
}

TEST_CASE("what does not fit stands two columns to the right of where its line begins") {
  const std::string text = "one two three\n  four five six seven\n";
  CHECK(page_of(text, 0) == text);
  CHECK(page_of(text, 100) == text);
  CHECK(page_of(text, 12) == "one two\n  three\n  four\n    five six\n    seven\n");
}

TEST_CASE("a command is never broken") {
  CHECK(page_of("  run: tcpstat --one --two\nnot run: one two\n", 12) ==
        "  run: tcpstat --one --two\nnot run:\n  one two\n");
}

TEST_CASE("the word of a severity that begins a line has its colour") {
  CHECK(page_of("TCPSTAT CRITICAL - x\nWARNING y\nUNKNOWN z\nOK v\n  WARNING w\nx WARNING\n", 0, Colour::yes) ==
        "TCPSTAT \x1b[1;31mCRITICAL\x1b[0m - x\n\x1b[33mWARNING\x1b[0m y\n\x1b[35mUNKNOWN\x1b[0m z\nOK v\n"
        "  WARNING w\nx WARNING\n");
  CHECK(page_of("WARNING y\n", 0) == "WARNING y\n");
}

TEST_CASE("on a terminal without UTF-8 names are escaped and our own signs have others") {
  // Also on one that does not tell its width.
  for (const std::size_t width : {40U, 0U}) {
    CHECK(page_of("é · §3 x\xC3\xA9\n", width, Colour::no, Charset::ascii, Charset::ascii) ==
          "\\xc3\\xa9, 3 x\\xc3\\xa9\n");
  }
  // In a pipe the names of others stay as they are.
  CHECK(page_of("é · x\n", 0, Colour::no, Charset::ascii) == "é, x\n");
  CHECK(page_of("é · x\n", 40) == "é · x\n");
}

TEST_CASE("a page fits if the prompt below it does, too") {
  TextBuffer unused;
  const auto fits = [&unused](std::string_view text, std::size_t width, std::size_t height) {
    return fits_screen({.out = unused, .width = width, .height = height}, text);
  };
  CHECK(fits("a\nb\nc\n", 80, 4));
  CHECK_FALSE(fits("a\nb\nc\n", 80, 3));
  CHECK(fits("a\nb\nc\n", 0, 1));
  CHECK(fits("a\nb\nc\n", 80, 0));
  // Wrapped lines count as what they become, and commands as what a terminal makes of them.
  CHECK(fits("one two three\n", 12, 3));
  CHECK_FALSE(fits("one two three\n", 12, 2));
  CHECK(fits("run: tcpstat\n", 12, 2));
  CHECK_FALSE(fits("run: tcpstat -\n", 12, 2));
  CHECK(fits("run: tcpstat -\n", 12, 3));
  CHECK(fits("a\n\nb\n", 80, 4));
  CHECK_FALSE(fits("a\n\nb\n", 80, 3));
  CHECK(unused.view().empty());
}

}  // namespace
}  // namespace tcpstat::render
