#include "render/escape.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/utf8.h"
#include "support/rows.h"

namespace tcpstat::render {
namespace {

using namespace std::string_view_literals;

std::string escaped(std::string_view text) {
  TextBuffer out;
  append_escaped(out, text);
  return std::string(out.view());
}

std::string json_string(std::string_view text) {
  TextBuffer out;
  append_json_string(out, text);
  return std::string(out.view());
}

TEST_CASE("hostile text is escaped, and only that") {
  struct Row {
    std::string_view name;
    std::string_view text;
    std::string_view escaped;
    std::string_view quoted;
  };
  constexpr Row kRows[] = {
      {"nothing", ""sv, "", R"("")"},
      {"a plain name", "nginx: worker"sv, "nginx: worker", R"("nginx: worker")"},
      {"a new line", "a\nb"sv, "a\\x0ab", R"("a\u000ab")"},
      {"a tab", "a\tb"sv, "a\\x09b", R"("a\u0009b")"},
      {"a zero byte", "a\0b"sv, "a\\x00b", R"("a\u0000b")"},
      {"delete", "a\x7F"sv, "a\\x7f", R"("a\u007f")"},
      {"a terminal escape", "\x1b]0;owned\x07"sv, "\\x1b]0;owned\\x07", R"("\u001b]0;owned\u0007")"},
      {"C1: CSI", "\xC2\x9B"sv, "\\xc2\\x9b", R"("\u009b")"},
      {"a backslash", "a\\x0ab"sv, "a\\x5cx0ab", R"("a\\x0ab")"},
      {"quotes", "say \"hi\""sv, "say \"hi\"", R"("say \"hi\"")"},
      {"an umlaut", "z\xC3\xBCrich"sv, "z\xC3\xBCrich", "\"z\xC3\xBCrich\""},
      {"four bytes", "\xF0\x9F\x98\x80"sv, "\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\""},
      {"no UTF-8", "\xFFx\xC3"sv, "\\xffx\\xc3", "\"\xEF\xBF\xBDx\xEF\xBF\xBD\""},
      {"a surrogate", "\xED\xA0\x80"sv, "\\xed\\xa0\\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"an override of direction", "a\xE2\x80\xAE"sv, "a\\xe2\\x80\\xae", "\"a\xE2\x80\xAE\""},
      {"a zero-width space", "\xE2\x80\x8B"sv, "\\xe2\\x80\\x8b", "\"\xE2\x80\x8B\""},
      {"a line separator", "\xE2\x80\xA8"sv, "\\xe2\\x80\\xa8", "\"\xE2\x80\xA8\""},
      {"a tag", "\xF3\xA0\x81\x81"sv, "\\xf3\\xa0\\x81\\x81", "\"\xF3\xA0\x81\x81\""},
      {"private use", "\xEE\x80\x80"sv, "\\xee\\x80\\x80", "\"\xEE\x80\x80\""},
      {"a pipe", "ev|il=9999"sv, "ev|il=9999", R"("ev|il=9999")"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(escaped(row.text) == row.escaped);
    CHECK(json_string(row.text) == row.quoted);
  }
}

TEST_CASE("whatever the text, escaped it is printable and can be read back") {
  test::Random random(53);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random.text(20);
    const std::string safe = escaped(text);
    std::string back;
    for (std::size_t at = 0; at < safe.size();) {
      const auto byte = static_cast<unsigned char>(safe[at]);
      REQUIRE(byte >= 0x20);
      REQUIRE(byte != 0x7F);
      if (safe.compare(at, 2, "\\x") == 0) {
        back += static_cast<char>(std::stoi(safe.substr(at + 2, 2), nullptr, 16));
        at += 4;
      } else {
        back += safe[at++];
      }
    }
    REQUIRE(back == text);
  }
}

TEST_CASE("a JSON string is what another parser reads, with U+FFFD for bytes that are no text") {
  test::Random random(59);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random.text(20);
    std::string expected;
    for (std::string_view rest = text; !rest.empty();) {
      const CodePoint point = first_code_point(rest);
      expected += point.length == 0 ? "\xEF\xBF\xBD" : std::string(rest.substr(0, point.length));
      rest.remove_prefix(std::max(point.length, 1U));
    }
    REQUIRE(nlohmann::json::parse(json_string(text)).get<std::string>() == expected);
  }
}

TEST_CASE("a terminal without UTF-8 gets ASCII alone") {
  TextBuffer out;
  append_escaped(out, "z\xC3\xBCrich\n", Charset::ascii);
  CHECK(out.view() == "z\\xc3\\xbcrich\\x0a");
}

TEST_CASE("our own words lose what the locale cannot show, and nothing else") {
  CHECK(shown_in(Charset::utf8, "RFC 9293 §3.6, §3.7") == "RFC 9293 §3.6, §3.7");
  CHECK(shown_in(Charset::ascii, "RFC 9293 §3.6, §3.7§") == "RFC 9293 3.6, 3.7");
  CHECK(ellipsis(Charset::utf8) == "…");
  CHECK(ellipsis(Charset::ascii) == "~");
}

}  // namespace
}  // namespace tcpstat::render
