// What cron sees: `tcpstat check --state-file` again and again, while a slow flood comes and goes. Runs are 3 s apart
// instead of minutes, so half-opens have to die in 7 s instead of 63 s.

#include <doctest/doctest.h>

#include <array>
#include <future>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "command.h"
#include "folder.h"
#include "namespace.h"
#include "running_scenario.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

constexpr milliseconds kApart{3000};
constexpr milliseconds kBegins{10500};
constexpr milliseconds kEnds{23000};
constexpr milliseconds kLastOneDies{31500};  // 7 s, and what the kernel's timers are late

struct Run {
  milliseconds begin{0};
  int exit_code = -1;
  std::string level;  // of the host
  std::string notes;
  std::string text;

  bool alarm() const { return level == "likely" || level == "under attack"; }
  bool quiet() const { return level == "none" && exit_code == 0; }
};

std::ostream& operator<<(std::ostream& out, const Run& run) {
  return out << run.begin.count() << " ms: exit " << run.exit_code << ", " << run.level << ", " << run.text
             << run.notes;
}

Run check_once(const std::string& state_file) {
  const Outcome outcome = tcpstat({"check", "--json", "--state-file", state_file});
  Run run;
  run.exit_code = outcome.exit_code;
  const json document = json::parse(outcome.out, nullptr, false);
  run.text = document.is_object() ? document.value("headline", "") : outcome.err;
  if (!document.is_object()) return run;
  for (const json& verdict : document["verdicts"])
    if (verdict["subject"] == "host") run.level = verdict["level"];
  for (const json& warning : document["warnings"]) run.notes += "; " + warning.value("message", "");
  return run;
}

Scenario slow_flood_among_clients() {
  Scenario scenario;
  scenario.sysctls = {{"net.ipv4.tcp_synack_retries", "2"}};
  scenario.server.restart = milliseconds(5500);
  scenario.flood = Flood{.rate = 5, .end = kEnds};
  scenario.onset = kBegins;
  scenario.length = milliseconds(60000);
  return scenario;
}

TEST_SUITE("cron") {
  TEST_CASE("a slow flood is no alarm before, one during and none after it") {
    enter_namespace();
    const Folder folder;
    const std::string state_file = folder / "state.json";
    const Scenario scenario = slow_flood_among_clients();
    const RunningScenario running(scenario, 1);
    std::vector<Run> runs;
    unsigned quiet_after = 0;
    for (milliseconds next{1000}; quiet_after < 3 && next < scenario.length; next += kApart) {
      std::this_thread::sleep_for(next - running.elapsed());
      const milliseconds begin = running.elapsed();
      // Two at once, before the flood and in its midst: the second waits, and neither spoils what the first remembers.
      const bool two = runs.size() == 2 || runs.size() == 7;
      std::future<Run> other;
      if (two) other = std::async(std::launch::async, check_once, state_file);
      Run run = check_once(state_file);
      run.begin = begin;
      if (two) {
        const Run second = other.get();
        CAPTURE(second);
        CHECK(second.alarm() == run.alarm());
        CHECK((second.notes + run.notes).find("less than 2 s ago") != std::string::npos);
      }
      CAPTURE(run);
      CHECK(run.level != "");
      if (!runs.empty() && !two) CHECK(run.notes == "");
      if (begin < kBegins) CHECK(run.quiet());
      if (begin > kBegins + 3 * kApart && begin < kEnds + kApart) CHECK(run.alarm());
      if (begin > kLastOneDies) {
        ++quiet_after;
        CHECK_FALSE(run.alarm());
      }
      runs.push_back(run);
    }
    CHECK(runs.back().quiet());
  }
}

}  // namespace
}  // namespace tcpstat::lab
