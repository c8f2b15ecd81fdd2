#include "base/utf8.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat {
namespace {

using namespace std::string_view_literals;

/// RFC 3629 §3.
std::string encoded(std::uint32_t value) {
  std::string out;
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (value < 0x80) {
    byte(value);
  } else if (value < 0x800) {
    byte(0xC0U | value >> 6U);
    byte(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    byte(0xE0U | value >> 12U);
    byte(0x80U | (value >> 6U & 0x3FU));
    byte(0x80U | (value & 0x3FU));
  } else {
    byte(0xF0U | value >> 18U);
    byte(0x80U | (value >> 12U & 0x3FU));
    byte(0x80U | (value >> 6U & 0x3FU));
    byte(0x80U | (value & 0x3FU));
  }
  return out;
}

TEST_CASE("every code point but the surrogates is read back") {
  std::uint32_t wrong = 0;
  for (std::uint32_t value = 0; value <= 0x10FFFF; ++value) {
    const std::string text = encoded(value) + "tail";
    const CodePoint point = first_code_point(text);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    const bool right = surrogate ? point.length == 0 : point.value == value && point.length == text.size() - 4;
    if (!right) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("what is not well-formed has no length") {
  struct Row {
    std::string_view name;
    std::string_view text;
  };
  constexpr Row kRows[] = {
      {"nothing", ""sv},
      {"a continuation byte", "\x80"sv},
      {"overlong slash of two bytes", "\xC0\xAF"sv},
      {"overlong of two bytes", "\xC1\xBF"sv},
      {"overlong slash of three bytes", "\xE0\x80\xAF"sv},
      {"overlong of three bytes", "\xE0\x9F\xBF"sv},
      {"overlong slash of four bytes", "\xF0\x80\x80\xAF"sv},
      {"overlong of four bytes", "\xF0\x8F\xBF\xBF"sv},
      {"first surrogate", "\xED\xA0\x80"sv},
      {"last surrogate", "\xED\xBF\xBF"sv},
      {"above U+10FFFF", "\xF4\x90\x80\x80"sv},
      {"a lead of five bytes", "\xF8\x88\x80\x80\x80"sv},
      {"0xFE", "\xFE"sv},
      {"0xFF", "\xFF"sv},
      {"two bytes, cut", "\xC3"sv},
      {"three bytes, cut after one", "\xE2"sv},
      {"three bytes, cut after two", "\xE2\x82"sv},
      {"four bytes, cut after three", "\xF0\x9F\x98"sv},
      {"a lead and a letter", "\xC3(x"sv},
      {"a lead, a continuation and a letter", "\xE2\x82(x"sv},
      {"three good bytes of four and a letter", "\xF0\x9F\x98(x"sv},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(first_code_point(row.text).length == 0);
  }
}

TEST_CASE("widths are those of a terminal") {
  struct Row {
    std::string_view name;
    std::string_view text;
    std::size_t width;
  };
  constexpr Row kRows[] = {
      {"nothing", "", 0},
      {"letters", "nginx", 5},
      {"an umlaut takes one column and two bytes", "\xC3\xBC", 1},
      {"the ellipsis", "\xE2\x80\xA6", 1},
      {"wide characters take two columns", "\xE6\x97\xA5\xE6\x9C\xAC", 4},
      {"a combining accent takes none", "e\xCC\x81", 1},
      {"bytes that are no text take one each", "\xFF\xC3(", 3},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(display_width(row.text) == row.width);
  }
}

TEST_CASE("fitting never splits a character and never exceeds the columns") {
  constexpr std::string_view kText = "a\xC3\xBC\xE6\x97\xA5\xF0\x9F\x98\x80z\xFF!"sv;
  for (std::size_t columns = 0; columns < 12; ++columns) {
    CAPTURE(columns);
    const std::string_view part = fitting(kText, columns);
    CHECK(kText.starts_with(part));
    CHECK(display_width(part) <= columns);
    if (part.size() == kText.size()) continue;
    const std::string_view rest = kText.substr(part.size());
    const CodePoint next = first_code_point(rest);
    CHECK(display_width(kText.substr(0, part.size() + std::max<std::size_t>(next.length, 1))) > columns);
    CHECK((static_cast<unsigned char>(rest[0]) & 0xC0U) != 0x80U);
  }
}

TEST_CASE("an end that fits never begins within a character") {
  constexpr std::string_view kText = "a\xC3\xBC\xE6\x97\xA5\xF0\x9F\x98\x80z\xFF!"sv;
  CHECK(fitting_end(kText, 0).empty());
  CHECK(fitting_end(kText, 1) == "!");
  CHECK(fitting_end(kText, 2) == "\xFF!");
  CHECK(fitting_end(kText, 3) == "z\xFF!");
  CHECK(fitting_end(kText, 4) == "z\xFF!");
  CHECK(fitting_end(kText, 5) == "\xF0\x9F\x98\x80z\xFF!");
  CHECK(fitting_end(kText, 7) == "\xE6\x97\xA5\xF0\x9F\x98\x80z\xFF!");
  CHECK(fitting_end(kText, 8) == "\xC3\xBC\xE6\x97\xA5\xF0\x9F\x98\x80z\xFF!");
  CHECK(fitting_end(kText, 9) == kText);
  CHECK(fitting_end(kText, 99) == kText);
  // Bytes without a beginning stand for themselves.
  CHECK(fitting_end("\x80\x80\x80\x80\x80"sv, 2) == "\x80\x80");
  CHECK(fitting_end("", 3).empty());
}

TEST_CASE("what one does not see where it stands is not visible") {
  for (const std::uint32_t point : {0x1BU, 0x7FU, 0x9BU, 0xADU, 0x200BU, 0x200FU, 0x2028U, 0x2029U, 0x202EU, 0x2066U,
                                    0xE000U, 0xFEFFU, 0xE0041U, 0x10FFFDU}) {
    CAPTURE(point);
    CHECK_FALSE(is_visible(point));
  }
  for (const std::uint32_t point : {0x20U, 0x7EU, 0xA7U, 0xFCU, 0x4E2DU, 0x1F600U, 0x2026U}) {
    CAPTURE(point);
    CHECK(is_visible(point));
  }
}

}  // namespace
}  // namespace tcpstat
