#include "cli/notes.h"

#include <doctest/doctest.h>

#include <ostream>

#include "cli/in_child.h"

namespace tcpstat::cli {
namespace {

TEST_CASE("notes go to standard error, a line each, with nothing in them that a terminal obeys") {
  const auto written = test::in_child([] {
    const Notes notes;
    notes.error("an error");
    notes.warning("a \x1b[2J warning");
    notes.print(Notes::Level::note, "a note\n");
    return 0;
  });
  CHECK(written.out.empty());
  CHECK(written.err == "tcpstat: an error\ntcpstat: a \\x1b[2J warning\ntcpstat: a note\\x0a\n");
}

TEST_CASE("who wants quiet is told errors alone") {
  const auto written = test::in_child([] {
    Notes notes;
    notes.set_quiet(true);
    notes.error("an error");
    notes.warning("a warning");
    notes.print(Notes::Level::note, "a note");
    notes.set_quiet(false);
    notes.warning("another");
    return 0;
  });
  CHECK(written.err == "tcpstat: an error\ntcpstat: another\n");
}

}  // namespace
}  // namespace tcpstat::cli
