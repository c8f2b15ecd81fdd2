#include "scenario_run.h"

#include <array>
#include <nlohmann/json.hpp>
#include <tuple>

#include "command.h"
#include "dump.h"
#include "namespace.h"
#include "running_scenario.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 6> kLevels = {"broken", "none", "unknown", "suspicious", "likely", "under attack"};

Level level_of(const std::string& word) {
  for (std::size_t i = 1; i < kLevels.size(); ++i)
    if (word == kLevels[i]) return static_cast<Level>(i);
  return Level::broken;
}

std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

/// The worst verdict; of equal ones the one that has something to say.
void judge(const json& document, Look& look) {
  const auto verdicts = document.find("verdicts");
  if (verdicts == document.end() || !verdicts->is_array()) return;
  look.headline = text(document, "headline");
  look.level = Level::none;
  bool first = true;
  for (const json& verdict : *verdicts) {
    const Level level = level_of(text(verdict, "level"));
    const std::string attack_class = text(verdict, "class");
    const double score = number(verdict, "score");
    if (verdict.contains("blind") && !verdict["blind"].empty()) look.blind = true;
    const auto rank = std::tuple(level == Level::broken ? 99 : static_cast<int>(level), !attack_class.empty(), score);
    const auto best = std::tuple(static_cast<int>(look.level), !look.attack_class.empty(), look.score);
    if (!first && rank <= best) continue;
    first = false;
    look.level = level;
    look.attack_class = attack_class;
    look.score = score;
  }
}

Look look_at(const RunningScenario& running, Mode mode) {
  Look look;
  look.mode = mode;
  look.begin = running.elapsed();
  std::vector<std::string> words{"check", "--json"};
  if (mode == Mode::delta) words.insert(words.end(), {"--interval", "3"});
  const Outcome outcome = tcpstat(words);
  look.end = running.elapsed();
  const json document = json::parse(outcome.out, nullptr, false);
  if (document.is_object()) judge(document, look);
  if (look.level == Level::broken) look.headline = outcome.err.substr(0, outcome.err.find('\n'));
  look.half_open = count_rows(kMaskSynRecv);
  return look;
}

}  // namespace

const char* name(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

ScenarioRun play(const Scenario& scenario, std::uint64_t seed) {
  enter_namespace();
  const RunningScenario running(scenario, seed);
  ScenarioRun run{scenario.id, seed, {}};
  constexpr milliseconds kLongestLook{3400};
  while (running.elapsed() + kLongestLook < scenario.length) {
    run.looks.push_back(look_at(running, Mode::delta));
    run.looks.push_back(look_at(running, Mode::one_shot));
    if (run.looks.back().level == Level::broken) break;  // it will not get better
  }
  return run;
}

json to_json(const ScenarioRun& run) {
  json looks = json::array();
  for (const Look& look : run.looks)
    looks.push_back({{"mode", look.mode == Mode::delta ? "delta" : "one-shot"},
                     {"begin_ms", look.begin.count()},
                     {"end_ms", look.end.count()},
                     {"level", name(look.level)},
                     {"class", look.attack_class},
                     {"score", look.score},
                     {"blind", look.blind},
                     {"headline", look.headline},
                     {"half_open", look.half_open}});
  return {{"id", run.id}, {"seed", run.seed}, {"looks", looks}};
}

ScenarioRun run_from_json(const json& document) {
  ScenarioRun run{document.at("id"), document.at("seed"), {}};
  for (const json& entry : document.at("looks")) {
    Look look;
    look.mode = entry.at("mode") == "delta" ? Mode::delta : Mode::one_shot;
    look.begin = milliseconds(entry.at("begin_ms").get<std::int64_t>());
    look.end = milliseconds(entry.at("end_ms").get<std::int64_t>());
    look.level = level_of(entry.at("level"));
    look.attack_class = entry.at("class");
    look.score = entry.at("score");
    look.blind = entry.at("blind");
    look.headline = entry.at("headline");
    look.half_open = entry.at("half_open");
    run.looks.push_back(look);
  }
  return run;
}

}  // namespace tcpstat::lab
