#include "screen/keys.h"

#include <doctest/doctest.h>

using namespace tcpstat::screen;

namespace {

Key only(KeyDecoder& decoder) {
  auto key = decoder.next();
  REQUIRE(key);
  CHECK_FALSE(decoder.next());
  return *key;
}

}  // namespace

TEST_CASE("what terminals send becomes keys") {
  struct Case {
    const char* bytes;
    Key key;
  };
  const Case cases[] = {{"q", {KeyKind::text, "q"}},     {"\xC3\xA9", {KeyKind::text, "\xC3\xA9"}},
                        {"\r", {KeyKind::enter}},        {"\n", {KeyKind::enter}},
                        {"\t", {KeyKind::tab}},          {"\x1b[Z", {KeyKind::back_tab}},
                        {"\x7f", {KeyKind::backspace}},  {"\b", {KeyKind::backspace}},
                        {"\x1b[A", {KeyKind::up}},       {"\x1bOB", {KeyKind::down}},
                        {"\x1b[5~", {KeyKind::page_up}}, {"\x1b[6~", {KeyKind::page_down}},
                        {"\x1b[1~", {KeyKind::home}},    {"\x1b[H", {KeyKind::home}},
                        {"\x1b[4~", {KeyKind::end}},     {"\x1bOF", {KeyKind::end}}};
  for (const Case& one : cases) {
    CAPTURE(one.bytes);
    KeyDecoder decoder;
    decoder.feed(one.bytes);
    CHECK(only(decoder) == one.key);
    CHECK_FALSE(decoder.waits());
  }
}

TEST_CASE("a key that comes in parts is one key") {
  KeyDecoder decoder;
  decoder.feed("\x1b");
  CHECK_FALSE(decoder.next());
  CHECK(decoder.waits());
  decoder.feed("[");
  CHECK_FALSE(decoder.next());
  decoder.feed("A");
  CHECK(only(decoder) == Key{KeyKind::up});
  decoder.feed("\xC3");
  CHECK_FALSE(decoder.next());
  decoder.feed("\xA9");
  CHECK(only(decoder) == Key{KeyKind::text, "\xC3\xA9"});
}

TEST_CASE("an ESC that stands alone is a key when nothing follows") {
  KeyDecoder decoder;
  decoder.feed("\x1b");
  CHECK_FALSE(decoder.next());
  CHECK(decoder.settle() == Key{KeyKind::escape});
  CHECK_FALSE(decoder.settle());
  decoder.feed("\x1bq");
  CHECK(decoder.next() == Key{KeyKind::escape});
  CHECK(decoder.next() == Key{KeyKind::text, "q"});
}

TEST_CASE("what is not known is one key that means nothing") {
  for (const char* bytes : {"\x1b[1;5A", "\x1b[<0;1;1M", "\x01", "\xFF\xFF\xFF\xFF"}) {
    CAPTURE(bytes);
    KeyDecoder decoder;
    decoder.feed(bytes);
    CHECK(decoder.next() == Key{KeyKind::other});
  }
  // F1 to F5 of the Linux console.
  for (const char* bytes : {"\x1b[[A", "\x1b[[E"}) {
    KeyDecoder function;
    function.feed(bytes);
    CHECK(only(function) == Key{KeyKind::other});
    CHECK_FALSE(function.waits());
  }
  KeyDecoder parts;
  parts.feed("\x1b[[");
  CHECK_FALSE(parts.next());
  parts.feed("Aq");
  CHECK(parts.next() == Key{KeyKind::other});
  CHECK(only(parts) == Key{KeyKind::text, "q"});
  KeyDecoder decoder;
  decoder.feed("\x1b[" + std::string(100, '1'));
  CHECK(decoder.next() == Key{KeyKind::other});
}

TEST_CASE("keys that terminals send as sequences") {
  struct Case {
    const char* body;
    KeyKind kind;
  };
  for (const Case& one :
       {Case{"A", KeyKind::up}, Case{"B", KeyKind::down}, Case{"C", KeyKind::right}, Case{"D", KeyKind::left},
        Case{"H", KeyKind::home}, Case{"F", KeyKind::end}, Case{"Z", KeyKind::back_tab}, Case{"M", KeyKind::enter},
        Case{"1~", KeyKind::home}, Case{"7~", KeyKind::home}, Case{"4~", KeyKind::end}, Case{"8~", KeyKind::end},
        Case{"5~", KeyKind::page_up}, Case{"6~", KeyKind::page_down}, Case{"2~", KeyKind::other},
        Case{"@", KeyKind::other}, Case{"~", KeyKind::other}, Case{"?1h", KeyKind::other}}) {
    CAPTURE(one.body);
    for (const char* begin : {"\x1b[", "\x1bO"}) {
      KeyDecoder decoder;
      decoder.feed(begin + std::string(one.body) + "q");
      CHECK(decoder.next() == Key{one.kind});
      CHECK(decoder.next() == Key{KeyKind::text, "q"});
    }
  }
}

TEST_CASE("a sequence without an end is waited for, but not for ever") {
  KeyDecoder decoder;
  decoder.feed("\x1b[" + std::string(29, '1'));
  CHECK_FALSE(decoder.next());
  CHECK(decoder.waits());
  decoder.feed("\x7f");  // ends none
  CHECK(decoder.next() == Key{KeyKind::other});
  CHECK_FALSE(decoder.waits());
}

TEST_CASE("a character that is half there is waited for, and what can be none is not") {
  KeyDecoder decoder;
  for (const char* part : {"\xF0", "\x9F", "\x98"}) {
    decoder.feed(part);
    CHECK_FALSE(decoder.next());
  }
  decoder.feed("\x80");
  CHECK(decoder.next() == Key{KeyKind::text, "\xF0\x9F\x98\x80"});
  decoder.feed("\x80q");
  CHECK(decoder.next() == Key{KeyKind::other});
  CHECK(decoder.next() == Key{KeyKind::text, "q"});
  decoder.feed("\xF0\x9F\x98q");
  for (int i = 0; i < 3; ++i) CHECK(decoder.next() == Key{KeyKind::other});
  CHECK(decoder.next() == Key{KeyKind::text, "q"});
  // Nothing came behind it: no key of the terminal.
  decoder.feed("\xC3");
  CHECK_FALSE(decoder.next());
  CHECK(decoder.settle() == Key{KeyKind::other});
  CHECK_FALSE(decoder.waits());
}

TEST_CASE("what nobody sees is no text") {
  for (const char* bytes : {"\xC2\x9B", "\xE2\x80\x8B", "\x0B"}) {
    CAPTURE(bytes);
    KeyDecoder decoder;
    decoder.feed(bytes);
    CHECK(only(decoder) == Key{KeyKind::other});
  }
}
