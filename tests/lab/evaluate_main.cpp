// evaluate: plays the labelled scenarios and prints what tcpstat made of them, beside plain counts.
//
// Each run is a process of its own in a namespace of its own, so several play at the same time.

#include <atomic>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "command.h"
#include "evaluation.h"
#include "namespace.h"
#include "program.h"
#include "running_scenario.h"

namespace tcpstat::lab {
namespace {

constexpr int kSkipped = 77;
constexpr std::chrono::seconds kLongestWait{180};

constexpr const char* kUsage =
    "usage: evaluate [SEEDS] [--only ID,…] [--jobs N] [--strict] [--log FILE]\n"
    "       evaluate --play ID [SEED] -- COMMAND...            runs COMMAND in the midst of one scenario\n"
    "Plays every labelled scenario SEEDS times (1) and prints what `tcpstat check` made of them. --jobs: so many at\n"
    "the same time (4). --strict: exit code 1 unless all is right. --log: every look, a JSON object a run. 77:\n"
    "the lab cannot work here.\n";

struct Line {
  std::uint64_t seeds = 1;
  std::uint64_t jobs = 4;
  std::vector<std::string> ids;
  std::string play;  // the one scenario that a child plays
  std::string log;
  bool strict = false;
  std::vector<std::string> command;
};

std::vector<std::string> known_ids(const std::string& list) {
  std::vector<std::string> ids;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    ids.push_back(list.substr(at, end - at));
    if (find_scenario(ids.back()) == nullptr) throw UsageError("there is no scenario '" + ids.back() + "'");
    at = end + 1;
  }
  return ids;
}

Line parse(const std::vector<std::string>& words) {
  Line line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto value = [&] {
      if (i + 1 == words.size()) throw UsageError(words[i] + " needs a value");
      return words[++i];
    };
    if (words[i] == "--") {
      line.command.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (words[i] == "--only")
      line.ids = known_ids(value());
    else if (words[i] == "--jobs")
      line.jobs = number(value(), 1);
    else if (words[i] == "--log")
      line.log = value();
    else if (words[i] == "--strict")
      line.strict = true;
    else if (words[i] == "--play")
      line.play = known_ids(value()).front();
    else
      line.seeds = number(words[i], 1);
  }
  if (line.ids.empty())
    for (const Scenario& scenario : scenarios()) line.ids.push_back(scenario.id);
  return line;
}

struct Task {
  std::string id;
  std::uint64_t seed;
};

ScenarioRun play_in_child(const Task& task) {
  RunOptions options;
  options.limit = kLongestWait;
  const Outcome outcome = run({"/proc/self/exe", "--play", task.id, std::to_string(task.seed)}, options);
  const nlohmann::json document = nlohmann::json::parse(outcome.out, nullptr, false);
  if (outcome.exit_code == 0 && document.is_object()) return run_from_json(document);
  std::fprintf(stderr, "evaluate: %s: %s", task.id.c_str(), outcome.err.c_str());
  return {task.id, task.seed, {}};
}

std::vector<ScenarioRun> play_all(const Line& line) {
  std::vector<Task> tasks;
  for (std::uint64_t seed = 1; seed <= line.seeds; ++seed)
    for (const std::string& id : line.ids) tasks.push_back({id, seed});
  std::vector<ScenarioRun> runs(tasks.size());
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> players;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(line.jobs, tasks.size()); ++i)
    players.emplace_back([&] {
      for (std::size_t task = next++; task < tasks.size(); task = next++) runs[task] = play_in_child(tasks[task]);
    });
  for (std::thread& player : players) player.join();
  return runs;
}

void write_log(const std::string& path, const std::vector<ScenarioRun>& runs) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  for (const ScenarioRun& run : runs) std::fprintf(file, "%s\n", to_json(run).dump().c_str());
  std::fclose(file);
}

void complain(const Assessment& assessment, const ScenarioRun& run) {
  std::printf("\nnot right: %s, seed %llu: %s\n", run.id.c_str(), static_cast<unsigned long long>(run.seed),
              assessment.scenario->what.c_str());
  for (const Look& look : run.looks)
    std::printf("  %5.1f - %5.1f s  %-9s exit %d  %-12s %5.1f  half-open %-5llu %s; %s\n",
                static_cast<double>(look.begin.count()) / 1000, static_cast<double>(look.end.count()) / 1000,
                name(look.mode), look.exit_code, name(look.level), look.score,
                static_cast<unsigned long long>(look.half_open), look.attack_class.c_str(), look.headline.c_str());
  for (const Look& look : run.looks)
    if (!look.next_in_vain.empty()) std::printf("  shows nothing: %s\n", look.next_in_vain.c_str());
}

int main_of(const std::vector<std::string>& words) {
  const Line line = parse(words);
  if (const auto reason = obstacle()) {
    std::printf("skipped: %s\n", reason->c_str());
    return kSkipped;
  }
  if (!line.play.empty() && !line.command.empty()) {
    enter_namespace();
    const RunningScenario running(*find_scenario(line.play), line.seeds);
    return run_in_foreground(line.command);
  }
  if (!line.play.empty()) {
    const ScenarioRun run = play(*find_scenario(line.play), line.seeds);
    std::printf("%s\n", to_json(run).dump().c_str());
    return 0;
  }
  const std::vector<ScenarioRun> runs = play_all(line);
  if (!line.log.empty()) write_log(line.log, runs);
  std::vector<Assessment> assessments;
  for (const ScenarioRun& run : runs) assessments.push_back(assess(run));
  std::printf("%s", report(assessments).c_str());
  int code = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (assessments[i].right()) continue;
    complain(assessments[i], runs[i]);
    if (line.strict || assessments[i].broken) code = 1;
  }
  return code;
}

}  // namespace
}  // namespace tcpstat::lab

int main(int argc, char** argv) {
  return tcpstat::lab::run_program("evaluate", tcpstat::lab::kUsage, tcpstat::lab::main_of, argc, argv);
}
