#include "explain/language.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

namespace tcpstat::explain {
namespace {

TEST_CASE("the first variable that is set chooses the language") {
  CHECK(language_of({}) == Language::english);
  CHECK(language_of({.lang = "zh_CN.UTF-8"}) == Language::chinese);
  CHECK(language_of({.messages = "en_US.UTF-8", .lang = "zh_CN.UTF-8"}) == Language::english);
  CHECK(language_of({.all = "zh_SG", .messages = "en_US.UTF-8"}) == Language::chinese);
  CHECK(language_of({.all = "C", .lang = "zh_CN"}) == Language::english);
  CHECK(language_of({.lang = "zha_CN"}) == Language::english);
  // The text is UTF-8: whoever wants another set of characters reads English.
  CHECK(language_of({.lang = "zh_CN.GB18030"}) == Language::english);
  CHECK(language_of({.lang = "zh_CN.utf8"}) == Language::chinese);
  CHECK(language_of({.lang = "zh_CN.UTF-8@pinyin"}) == Language::chinese);
}

}  // namespace
}  // namespace tcpstat::explain
