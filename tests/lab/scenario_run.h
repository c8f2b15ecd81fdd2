// One scenario played once, and what tcpstat said of it at every look.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "scenario.h"

namespace tcpstat::lab {

/// As tcpstat orders them. `broken`: no answer that can be read.
enum class Level { broken, none, unknown, suspicious, likely, under_attack };
const char* name(Level level);

/// With an interval; once; or every 4 or 12 s with the memory of a state file.
enum class Mode { delta, one_shot, cron4, cron12 };
const char* name(Mode mode);

/// One call of `tcpstat check --json`: its worst verdict.
struct Look {
  Mode mode = Mode::delta;
  milliseconds begin{0};  // since the traffic began
  milliseconds end{0};
  Level level = Level::broken;
  std::string attack_class;
  double score = 0;
  bool blind = false;  // it says that there is something it cannot see
  std::string headline;
  std::vector<std::string> messages;  // of all findings, with their severities
  int exit_code = -1;
  std::string next_in_vain;     // a command that the first finding names, if it showed nothing
  std::uint64_t half_open = 0;  // SYN_RECV rows of a dump of our own just after

  bool alarm() const { return level >= Level::likely; }
};

struct ScenarioRun {
  std::string id;
  std::uint64_t seed = 0;
  std::vector<Look> looks;
};

/// Plays the scenario in a fresh namespace, which the process stays in.
ScenarioRun play(const Scenario& scenario, std::uint64_t seed);

nlohmann::json to_json(const ScenarioRun& run);
ScenarioRun run_from_json(const nlohmann::json& document);

}  // namespace tcpstat::lab
