#include "cli/verbs/summary_screen.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::cli::verbs {
namespace {

/// How many rows each table has.
struct Size {
  std::size_t states;
  std::size_t listeners;
  std::size_t remotes;
};

struct Screen {
  Summary summary;
  Report report;

  explicit Screen(const Size& size) {
    report.selected = StateSet::all();
    for (std::size_t i = 0; i < size.states; ++i) report.tally.add(states()[i].state, Family::ipv4);
    summary.listeners.resize(size.listeners);
    summary.top_remotes.resize(size.remotes);
    summary.top_prefixes.resize(size.remotes);
    summary.phases.resize(3);
  }
  std::string fit(std::size_t lines) { return fit_screen(summary, report, lines); }
};

TEST_CASE("of a summary that is longer than the screen listeners and remotes share the rest") {
  struct Row {
    Size all;
    std::size_t lines;
    std::size_t listeners;  ///< that are kept
    std::size_t remotes;
    std::string_view told;
  };
  for (const Row& row : {
           // Eleven states, their heading and total: 13 lines; each other table begins with two.
           Row{{11, 30, 10}, 22, 3, 2, "-v adds 27 listeners, 8 remotes, phases and networks"},
           Row{{11, 30, 10}, 23, 4, 2, "-v adds 26 listeners, 8 remotes, phases and networks"},
           // States without rows share two lines.
           Row{{10, 30, 10}, 22, 2, 2, "-v adds 28 listeners, 8 remotes, phases and networks"},
           Row{{3, 4, 10}, 24, 4, 9, "-v adds 1 remote, phases and networks"},
           Row{{3, 6, 2}, 18, 5, 2, "-v adds 1 listener, phases and networks"},
           Row{{3, 0, 10}, 14, 0, 5, "-v adds 5 remotes, phases and networks"},
           Row{{3, 4, 2}, 17, 4, 2, "-v adds phases and networks"},
           // However small the screen, two of each are told.
           Row{{11, 30, 10}, 5, 2, 2, "-v adds 28 listeners, 8 remotes, phases and networks"},
           Row{{3, 1, 1}, 5, 1, 1, "-v adds phases and networks"},
       }) {
    CAPTURE(row.told);
    CAPTURE(row.lines);
    Screen screen(row.all);
    CHECK(screen.fit(row.lines) == row.told);
    CHECK(screen.summary.listeners.size() == row.listeners);
    CHECK(screen.summary.top_remotes.size() == row.remotes);
    CHECK(screen.summary.top_prefixes.empty());
    CHECK(screen.summary.phases.empty());
  }
}

TEST_CASE("a summary that fits is left whole") {
  // 7 lines of states, 5 of phases, 6 of listeners, 4 of remotes and of networks.
  Screen fits({3, 4, 2});
  CHECK(fits.fit(26) == "");
  CHECK(fits.summary.phases.size() == 3);
  CHECK(fits.summary.listeners.size() == 4);
  CHECK(fits.summary.top_prefixes.size() == 2);
  CHECK(fits.fit(25) == "-v adds phases and networks");
  // A table without rows has no heading.
  Screen few({3, 0, 0});
  CHECK(few.fit(12) == "");
  CHECK(few.fit(11) != "");
}

TEST_CASE("the lines of Multipath TCP count, and only what was there is said to be left out") {
  Screen screen({3, 4, 2});
  screen.summary.mptcp.emplace();
  CHECK(screen.fit(26) == "");
  screen.summary.mptcp->connections = 1;
  CHECK(Screen(screen).fit(28) == "");
  CHECK(screen.fit(27) == "-v adds phases and networks");
  Screen few({3, 4, 2});
  few.summary.phases.clear();
  CHECK(Screen(few).fit(20) == "-v adds networks");
  few.summary.top_prefixes.clear();
  CHECK(few.fit(15) == "-v adds 2 listeners");
  Screen none({11, 1, 1});
  none.summary.phases.clear();
  none.summary.top_prefixes.clear();
  CHECK(none.fit(5) == "");
  Screen no_networks({3, 0, 0});
  CHECK(no_networks.fit(11) == "-v adds phases");
}

TEST_CASE("states that were not counted have a line each") {
  Screen screen({1, 0, 0});
  screen.report.selected = {states()[0].state};
  CHECK(screen.fit(18) == "");
  CHECK(screen.fit(17) != "");
}

}  // namespace
}  // namespace tcpstat::cli::verbs
