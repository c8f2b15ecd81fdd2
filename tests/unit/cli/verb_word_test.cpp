#include "cli/verb_word.h"

#include <doctest/doctest.h>

#include <ostream>

using namespace tcpstat;
using Words = std::vector<std::string>;

TEST_CASE("the verb is the first word that is no option and no value of one") {
  CHECK(verb_word({"check", "-w", "1"}) == "check");
  CHECK(verb_word({"-w", "1", "check"}) == "check");
  CHECK(verb_word({"--process", "check"}).empty());
  CHECK(verb_word({"--process=x", "check"}) == "check");
  CHECK(verb_word({"-ant", "check"}) == "check");
  CHECK(verb_word({"-as", "check"}).empty());
  CHECK(verb_word({"-sLISTEN", "check"}) == "check");
  CHECK(verb_word({"--", "check"}) == "check");
  CHECK(verb_word({"--"}).empty());
  CHECK(verb_word({}).empty());
}

TEST_CASE("-t is the timeout behind check, and nowhere else") {
  CHECK(with_timeout_of_check({"check", "-t", "5"}) == Words{"check", "--timeout", "5"});
  CHECK(with_timeout_of_check({"check", "-t5"}) == Words{"check", "--timeout=5"});
  CHECK(with_timeout_of_check({"check", "-vt5"}) == Words{"check", "-v", "--timeout=5"});
  CHECK(with_timeout_of_check({"check", "-w", "-t"}) == Words{"check", "-w", "-t"});
  CHECK(with_timeout_of_check({"check", "-t"}) == Words{"check", "--timeout"});
  CHECK(with_timeout_of_check({"-t", "check"}) == Words{"-t", "check"});
  CHECK(with_timeout_of_check({"-ant"}) == Words{"-ant"});
  CHECK(with_timeout_of_check({"audit", "-t", "5"}) == Words{"audit", "-t", "5"});
}
