#include "filter/expression_lexer.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::filter {
namespace {

/// `KIND"TEXT"@PLACE`, with a `q` where it was quoted; or the error.
std::string tokens_of(std::string_view text) {
  const auto tokens = lex(text);
  if (!tokens) return std::to_string(tokens.error().place) + ": " + tokens.error().problem + tokens.error().remedy;
  std::string out;
  for (const Token& token : *tokens) {
    const std::string_view kinds = "w()oe";
    out += out.empty() ? "" : " ";
    out += kinds[static_cast<std::size_t>(token.kind)];
    if (!token.text.empty() || token.quoted) out += token.text;
    out += "@" + std::to_string(token.place) + (token.quoted ? "q" : "");
  }
  return out;
}

TEST_CASE("a filter is words, brackets and operators, with their places") {
  struct Row {
    std::string_view text;
    std::string_view tokens;
  };
  const Row rows[] = {
      {"", "e@0"},
      {" \t\r\n", "e@4"},
      {"a", "wa@0 e@1"},
      {" a\tb\rc\nd ", "wa@1 wb@3 wc@5 wd@7 e@9"},
      {"(a)", "((@0 wa@1 ))@2 e@3"},
      {"a(b", "wa@0 ((@1 wb@2 e@3"},
      {"a)b", "wa@0 ))@1 wb@2 e@3"},
      {"sport=:443", "wsport@0 o=@5 w:443@6 e@10"},
      {"a==b", "wa@0 o==@1 wb@3 e@4"},
      {"a!=b", "wa@0 o!=@1 wb@3 e@4"},
      {"a<b", "wa@0 o<@1 wb@2 e@3"},
      {"a<=b", "wa@0 o<=@1 wb@3 e@4"},
      {"a>b", "wa@0 o>@1 wb@2 e@3"},
      {"a>=b", "wa@0 o>=@1 wb@3 e@4"},
      {"a&b", "wa@0 o&@1 wb@2 e@3"},
      {"a&&b", "wa@0 o&&@1 wb@3 e@4"},
      {"a|b", "wa@0 o|@1 wb@2 e@3"},
      {"a||b", "wa@0 o||@1 wb@3 e@4"},
      // What is doubled without a meaning is two.
      {"!!", "o!@0 o!@1 e@2"},
      {"<<", "o<@0 o<@1 e@2"},
      {">>", "o>@0 o>@1 e@2"},
      {"&=", "o&@0 o=@1 e@2"},
      {"|=", "o|@0 o=@1 e@2"},
      {"===", "o==@0 o=@2 e@3"},
      {"= =", "o=@0 o=@2 e@3"},
      {"=", "o=@0 e@1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(tokens_of(row.text) == row.tokens);
  }
}

TEST_CASE("quotes and backslashes make anything part of a word") {
  struct Row {
    std::string_view text;
    std::string_view tokens;
  };
  const Row rows[] = {
      {R"("a b")", "wa b@0q e@5"}, {R"('a b')", "wa b@0q e@5"},        {R"(a"(b"c d)", "wa(bc@0q wd@7 e@8"},
      {R"("")", "w@0q e@2"},       {R"("a\"b\\")", R"(wa"b\@0q e@8)"}, {R"('a\b"c')", R"(wa\b"c@0q e@7)"},
      {R"("a'b")", "wa'b@0q e@5"}, {R"(a\ b)", "wa b@0q e@4"},         {"\\=\\(", "w=(@0q e@4"},
      {R"(a\)", R"(wa\@0 e@2)"},   {"\"a\tb\"", "wa\tb@0q e@5"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(tokens_of(row.text) == row.tokens);
  }
}

TEST_CASE("a quotation without an end is told where it begins") {
  CHECK(tokens_of("\"a") == "0: a quotation has no end");
  CHECK(tokens_of("a 'b") == "2: a quotation has no end");
  CHECK(tokens_of("a b\"c d") == "3: a quotation has no end");
  CHECK(tokens_of("\"a\\\"") == "0: a quotation has no end");
  CHECK(tokens_of("\"a\\") == "0: a quotation has no end");
  CHECK(tokens_of("\"a\"\"b") == "3: a quotation has no end");
  CHECK(tokens_of("\"it's\"'") == "6: a quotation has no end");
}

}  // namespace
}  // namespace tcpstat::filter
