// Transitions as aligned columns.

#include <doctest/doctest.h>

#include <algorithm>

#include "render/transitions.h"

namespace tcpstat::render {
namespace {

std::vector<std::string> table_of_transition(const Transition& of, RenderSettings settings, Rendering& rendering) {
  settings.header = false;
  const auto writer = find_format("table")->transitions(settings);
  writer->sample({1, "", "04:04:05"});
  writer->transition(of, {TransitionVerdict::reuse, "why", "where", kPath, kPaths});
  writer->sample_end();
  return lines(rendering.text());
}

TEST_CASE("of samples a row has what was passed unseen, and of the kernel's announcements how it ended") {
  Transition of = closed();
  Rendering sampled("table");
  CHECK(table_of_transition(of, sampled.settings, sampled).at(0) ==
        "04:04:05  ESTABLISHED  TIME_WAIT    reuse     1m01s  192.0.2.1:443          198.51.100.7:50000     "
        "FIN_WAIT1>FIN_WAIT2|CLOSING");
  Rendering exact("table");
  exact.settings.observed = of.observed = Observed::exact;
  of.minisocket_end = MinisocketEnd::pruned;
  of.dwell = EventTime(57);
  CHECK(table_of_transition(of, exact.settings, exact).at(0) ==
        "04:04:05  ESTABLISHED  TIME_WAIT    reuse      57us  192.0.2.1:443          198.51.100.7:50000     pruned");
}

TEST_CASE("columns have their names, the last that of what only one kind of transitions has") {
  const auto headings = [](const RenderSettings& settings, Rendering& rendering) {
    find_format("table")->transitions(settings)->finish({}, {});
    std::string row = lines(rendering.text()).at(0);
    row.erase(std::unique(row.begin(), row.end(), [](char a, char b) { return a == ' ' && b == ' '; }), row.end());
    return row;
  };
  Rendering sampled("table");
  CHECK(headings(sampled.settings, sampled) == "TIME FROM TO VERDICT SEEN LOCAL REMOTE UNSEEN");
  Rendering exact("table");
  exact.settings.observed = Observed::exact;
  exact.settings.processes = true;
  exact.settings.namespaces = Namespaces::several;
  CHECK(headings(exact.settings, exact) == "TIME FROM TO VERDICT SEEN LOCAL REMOTE NETNS END PROCESS");
}

TEST_CASE("states have their colours, and what is none has no colour") {
  Rendering rendering("table");
  rendering.settings.colour = Colour::yes;
  Transition of = closed();
  of.from = ObservedState::absent();
  of.to = State::established;
  of.dwell.reset();
  CHECK(table_of_transition(of, rendering.settings, rendering)
            .at(0)
            .starts_with("04:04:05  ABSENT       \x1b[32mESTABLISHED\x1b[0m  reuse         -  "));
}

TEST_CASE("a socket of unknown ends has none, and a process that is not known no name") {
  Rendering rendering("table");
  rendering.settings.observed = Observed::exact;
  rendering.settings.processes = true;
  rendering.settings.namespaces = Namespaces::several;
  Transition of = closed();
  of.local.reset();
  of.remote.reset();
  std::string row = table_of_transition(of, rendering.settings, rendering).at(0);
  row.erase(std::unique(row.begin(), row.end(), [](char a, char b) { return a == ' ' && b == ' '; }), row.end());
  CHECK(row == "04:04:05 ESTABLISHED TIME_WAIT reuse 1m01s - * - - -");
}

}  // namespace
}  // namespace tcpstat::render
