#include "base/shell_word.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat {
namespace {

TEST_CASE("a word for the shell is quoted where the shell would take it for more") {
  CHECK(shell_word("10.0.0.0/8:443") == "10.0.0.0/8:443");
  CHECK(shell_word("!TIME_WAIT") == "'!TIME_WAIT'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("a;b c") == "'a;b c'");
  CHECK(shell_word("") == "''");
}

}  // namespace
}  // namespace tcpstat
