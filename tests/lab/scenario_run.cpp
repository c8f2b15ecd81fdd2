#include "scenario_run.h"

#include <algorithm>
#include <array>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>
#include <tuple>

#include "command.h"
#include "dump.h"
#include "folder.h"
#include "namespace.h"
#include "running_scenario.h"

namespace tcpstat::lab {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 6> kLevels = {"broken", "none", "unknown", "suspicious", "likely", "under attack"};

constexpr std::array<const char*, 4> kModes = {"delta", "one-shot", "cron 4 s", "cron 12 s"};

Mode mode_of(const std::string& word) {
  const auto at = std::find(kModes.begin(), kModes.end(), word);
  return static_cast<Mode>(at - kModes.begin());
}

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
  for (const json& finding : document.value("findings", json::array()))
    look.messages.push_back(text(finding, "severity") + ": " + text(finding, "message") + " [" + text(finding, "next") +
                            "]");
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

/// Types what the first finding names. What takes another program, or time, is left out.
std::string typed_in_vain(const json& document) {
  const auto findings = document.find("findings");
  if (findings == document.end() || findings->empty()) return {};
  const std::string command = text(findings->front(), "next");
  const std::string program = "tcpstat ";
  if (!command.starts_with(program) || command.find("--interval") != std::string::npos) return {};
  if (command.find("--duration") != std::string::npos) return {};
  const Outcome outcome = run({"sh", "-c", tcpstat_binary() + " " + command.substr(program.size())});
  const auto lines = std::count(outcome.out.begin(), outcome.out.end(), '\n');
  return outcome.exit_code == 0 && lines >= 2 ? std::string() : command;
}

Look look_at(const RunningScenario& running, Mode mode, const std::string& state_file = {}) {
  Look look;
  look.mode = mode;
  look.begin = running.elapsed();
  std::vector<std::string> words{"check", "--json"};
  if (mode == Mode::delta) words.insert(words.end(), {"--interval", "3"});
  if (!state_file.empty()) words.insert(words.end(), {"--state-file", state_file});
  const Outcome outcome = tcpstat(words);
  look.end = running.elapsed();
  look.exit_code = outcome.exit_code;
  const json document = json::parse(outcome.out, nullptr, false);
  if (document.is_object()) judge(document, look);
  if (document.is_object() && mode == Mode::delta) look.next_in_vain = typed_in_vain(document);
  if (look.level == Level::broken) look.headline = outcome.err.substr(0, outcome.err.find('\n'));
  look.half_open = count_rows(kMaskSynRecv);
  return look;
}

/// What cron sees, with a state file of its own.
std::vector<Look> cron(const RunningScenario& running, Mode mode, milliseconds length) {
  const Folder folder;
  const milliseconds apart = mode == Mode::cron4 ? milliseconds(4000) : milliseconds(12'000);
  std::vector<Look> looks;
  for (milliseconds next{1300}; next + milliseconds(500) < length; next += apart) {
    std::this_thread::sleep_for(next - running.elapsed());
    looks.push_back(look_at(running, mode, folder / "state.json"));
  }
  return looks;
}

}  // namespace

const char* name(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }

const char* name(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

ScenarioRun play(const Scenario& scenario, std::uint64_t seed) {
  enter_namespace();
  const RunningScenario running(scenario, seed);
  ScenarioRun run{scenario.id, seed, {}};
  const auto start = [&](Mode mode) {
    return std::async(std::launch::async, [&running, &scenario, mode] { return cron(running, mode, scenario.length); });
  };
  std::array<std::future<std::vector<Look>>, 2> crons = {start(Mode::cron4), start(Mode::cron12)};
  constexpr milliseconds kLongestLook{3400};
  while (running.elapsed() + kLongestLook < scenario.length) {
    run.looks.push_back(look_at(running, Mode::delta));
    if (running.elapsed() >= scenario.length) run.looks.back().next_in_vain.clear();  // the servers are gone
    run.looks.push_back(look_at(running, Mode::one_shot));
    if (run.looks.back().level == Level::broken) break;  // it will not get better
  }
  for (auto& looks : crons)
    for (Look& look : looks.get()) run.looks.push_back(std::move(look));
  // On a busy machine a look may outlast the traffic, and then sees the servers gone.
  std::erase_if(run.looks, [&scenario](const Look& look) { return look.end > scenario.length; });
  return run;
}

json to_json(const ScenarioRun& run) {
  json looks = json::array();
  for (const Look& look : run.looks)
    looks.push_back({{"mode", name(look.mode)},
                     {"begin_ms", look.begin.count()},
                     {"end_ms", look.end.count()},
                     {"level", name(look.level)},
                     {"class", look.attack_class},
                     {"score", look.score},
                     {"blind", look.blind},
                     {"headline", look.headline},
                     {"messages", look.messages},
                     {"exit", look.exit_code},
                     {"next_in_vain", look.next_in_vain},
                     {"half_open", look.half_open}});
  return {{"id", run.id}, {"seed", run.seed}, {"looks", looks}};
}

ScenarioRun run_from_json(const json& document) {
  ScenarioRun run{document.at("id"), document.at("seed"), {}};
  for (const json& entry : document.at("looks")) {
    Look look;
    look.mode = mode_of(entry.at("mode"));
    look.begin = milliseconds(entry.at("begin_ms").get<std::int64_t>());
    look.end = milliseconds(entry.at("end_ms").get<std::int64_t>());
    look.level = level_of(entry.at("level"));
    look.attack_class = entry.at("class");
    look.score = entry.at("score");
    look.blind = entry.at("blind");
    look.headline = entry.at("headline");
    look.messages = entry.at("messages").get<std::vector<std::string>>();
    look.exit_code = entry.at("exit");
    look.next_in_vain = entry.at("next_in_vain");
    look.half_open = entry.at("half_open");
    run.looks.push_back(look);
  }
  return run;
}

}  // namespace tcpstat::lab
