#include "cli/exit_status.h"

#include <doctest/doctest.h>

#include <ostream>

namespace tcpstat::cli {
namespace {

TEST_CASE("the table of exit codes") {
  struct Row {
    ExitStatus status;
    int code;
  };
  for (const Row& row : {Row{ExitStatus::done, 0}, Row{ExitStatus::no_match, 1}, Row{ExitStatus::illegal, 1},
                         Row{ExitStatus::failed, 2}, Row{ExitStatus::ok, 0}, Row{ExitStatus::warning, 1},
                         Row{ExitStatus::critical, 2}, Row{ExitStatus::unknown, 3}}) {
    CHECK(code(row.status) == row.code);
  }
}

TEST_CASE("what is only worth saying is no trouble, and what could not be found out is not well") {
  CHECK(code(exit_status(Severity::ok)) == 0);
  CHECK(code(exit_status(Severity::info)) == 0);
  CHECK(code(exit_status(Severity::warning)) == 1);
  CHECK(code(exit_status(Severity::critical)) == 2);
  CHECK(code(exit_status(Severity::unknown)) == 3);
}

}  // namespace
}  // namespace tcpstat::cli
