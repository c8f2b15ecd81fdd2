#include "cli/verbs/ending.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

#include "cli/in_child.h"

namespace tcpstat::cli::verbs {
namespace {

std::string hidden_columns(const std::vector<std::string_view>& names) {
  return test::in_child([&names] {
           note_hidden(names, 40, "-o names the columns to keep", Notes());
           return 0;
         })
      .err;
}

TEST_CASE("columns that do not fit are named") {
  CHECK(hidden_columns({}) == "");
  CHECK(hidden_columns({"UID"}) == "tcpstat: 1 column does not fit into 40: UID (-o names the columns to keep)\n");
  CHECK(hidden_columns({"UID", "INODE"}) ==
        "tcpstat: 2 columns do not fit into 40: UID, INODE (-o names the columns to keep)\n");
}

/// What -v says behind a reading that looked for owners.
std::string said_of(const OwnerSearch& search) {
  const auto child = test::in_child([&search] {
    survey::Dump dump;
    dump.report.source = "proc";
    dump.report.coverage.rows_read = 3;
    dump.owner_search = search;
    auto output = Output::open("");
    TextBuffer out;
    options::OutputChoice choice;
    choice.verbose = true;
    return static_cast<int>(conclude({}, choice, dump, out, *output, Notes()));
  });
  CHECK(child.status == 0);
  const std::string_view reading = "tcpstat: read 3 rows from proc, dropped 0 duplicates, matched 0\n";
  REQUIRE(child.err.starts_with(reading));
  return child.err.substr(reading.size());
}

TEST_CASE("processes that could not be looked at are counted, whatever the reason") {
  CHECK(said_of({.read = 9, .forbidden = 3, .failed = 2, .vanished = 4}) ==
        "tcpstat: looked for owners: 5 processes could not be read, 4 ended meanwhile\n");
  CHECK(said_of({.read = 9, .forbidden = 1}) ==
        "tcpstat: looked for owners: 1 process could not be read, 0 ended meanwhile\n");
}

}  // namespace
}  // namespace tcpstat::cli::verbs
