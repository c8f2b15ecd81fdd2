#include "cli/options/verb_word.h"

#include <doctest/doctest.h>

#include <ostream>

using namespace tcpstat;
using namespace tcpstat::cli::options;
using Words = std::vector<std::string>;

TEST_CASE("the verb is the first word that is no option and no value of one") {
  CHECK(cli::options::verb_word({"check", "-w", "1"}) == "check");
  CHECK(cli::options::verb_word({"-w", "1", "check"}) == "check");
  CHECK(cli::options::verb_word({"--process", "check"}).empty());
  CHECK(cli::options::verb_word({"--process=x", "check"}) == "check");
  CHECK(cli::options::verb_word({"-ant", "check"}) == "check");
  CHECK(cli::options::verb_word({"-as", "check"}).empty());
  CHECK(cli::options::verb_word({"-sLISTEN", "check"}) == "check");
  CHECK(cli::options::verb_word({"--", "check"}) == "check");
  CHECK(cli::options::verb_word({"--"}).empty());
  CHECK(cli::options::verb_word({}).empty());
}

TEST_CASE("-t is the timeout behind check, and nowhere else") {
  CHECK(cli::options::with_timeout_of_check({"check", "-t", "5"}) == Words{"check", "--timeout", "5"});
  CHECK(cli::options::with_timeout_of_check({"check", "-t5"}) == Words{"check", "--timeout=5"});
  CHECK(cli::options::with_timeout_of_check({"check", "-vt5"}) == Words{"check", "-v", "--timeout=5"});
  CHECK(cli::options::with_timeout_of_check({"check", "-w", "-t"}) == Words{"check", "-w", "-t"});
  CHECK(cli::options::with_timeout_of_check({"check", "-t"}) == Words{"check", "--timeout"});
  CHECK(cli::options::with_timeout_of_check({"-t", "check"}) == Words{"-t", "check"});
  CHECK(cli::options::with_timeout_of_check({"-ant"}) == Words{"-ant"});
  CHECK(cli::options::with_timeout_of_check({"audit", "-t", "5"}) == Words{"audit", "-t", "5"});
}
