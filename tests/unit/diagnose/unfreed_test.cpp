// Sockets that no row shows: whose they are, and when they are trouble.

#include <doctest/doctest.h>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::test;

namespace {
constexpr std::string_view kRule = "unfreed-sockets";
}

TEST_CASE("sockets that are in no table are told by process, from twenty on") {
  Diagnosing run;
  run.untabled.reset();
  CHECK(run.finish(kRule).empty());  // not looked for
  auto unseen = run.diagnoser().not_seen();
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].rule == kRule);
  CHECK(unseen[0].not_at_all);
  run.untabled.emplace();
  CHECK(run.finish(kRule).empty());
  CHECK(run.diagnoser().not_seen().empty());
  run.most_processes = false;
  run.finish();
  CHECK(run.diagnoser().not_seen().size() == 1);
  run.most_processes = true;
  run.untabled = {{812, "java", 40}, {7, "sshd", 19}};
  const auto found = run.finish(kRule);
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == Severity::info);
  CHECK(found[0].subject == "java(812)");
  CHECK(found[0].value == 40);
  CHECK(
      told(found[0]) ==
      "java(812) holds 40 TCP sockets that were closed and never freed, or never connected: it does not call close(2)");
  CHECK(found[0].next == "ls -l /proc/812/fd");
  CHECK_FALSE(evidence(found[0], "share_of_open_files"));
}

TEST_CASE("they are a warning once they take half of what the process may open, and critical near the limit") {
  Diagnosing run;
  run.untabled = {{812, "java", 512}};
  run.processes.table[812] = 1025;
  CHECK(run.verdict(kRule) == Severity::info);
  run.processes.table[812] = 1024;
  const auto found = run.finish(kRule);
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == Severity::warning);
  CHECK(evidence(found[0], "share_of_open_files") == 0.5);
  CHECK(told(found[0]).ends_with("; its limit of open files is 1024"));
  run.processes.table[812] = 568;
  CHECK(run.verdict(kRule) == Severity::critical);
}
