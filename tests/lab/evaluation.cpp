#include "evaluation.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <regex>

#include "failure.h"

namespace tcpstat::lab {
namespace {

constexpr double kSlowFlood = 5;  // SYN/s
// A busy machine may add half a second to what takes two samples of 3 s.
constexpr milliseconds kSoon{6000 + 500};
constexpr milliseconds kSoonForSlow{15000 + 500};

__attribute__((format(printf, 2, 3))) void print(std::string& out, const char* format, ...) {
  char line[512];
  va_list values;
  va_start(values, format);
  std::vsnprintf(line, sizeof line, format, values);
  va_end(values);
  out += line;
}

/// An attack is named by the look that was surest. Anything else is named when any look names it; no look that
/// names anything is right where quiet is.
void assess_class(const ScenarioRun& run, Assessment& assessment) {
  const auto& classes = assessment.scenario->classes;
  const auto expected = [&](const std::string& name) { return std::count(classes.begin(), classes.end(), name) > 0; };
  const Look* surest = nullptr;
  for (const Look& look : run.looks) {
    if (look.mode != Mode::delta || look.end <= assessment.scenario->onset) continue;
    const bool better =
        surest == nullptr || look.level > surest->level || (look.level == surest->level && look.score > surest->score);
    const bool named = !assessment.attack() && !look.attack_class.empty() && expected(look.attack_class);
    if (!better && !named) continue;
    if (!assessment.attack() && surest != nullptr && !named && !surest->attack_class.empty()) continue;
    surest = &look;
  }
  const std::string& says = assessment.scenario->says;
  assessment.words_right = says.empty() || (surest != nullptr && std::regex_search(surest->headline, std::regex(says)));
  if (surest == nullptr) return;
  assessment.attack_class = surest->attack_class;
  assessment.class_right = expected(surest->attack_class);
}

struct Totals {
  unsigned runs = 0;
  unsigned alarms = 0;
  unsigned one_shot = 0;
  unsigned in_time = 0;
  unsigned cron4 = 0;
  unsigned cron12 = 0;
  unsigned words = 0;
  unsigned classes = 0;
  unsigned early = 0;
  std::array<unsigned, kNaiveLimits.size()> naive{};
  std::uint64_t most_half_open = 0;
  std::vector<double> delays;

  void add(const Assessment& assessment) {
    ++runs;
    alarms += assessment.alarm;
    one_shot += assessment.one_shot_alarm;
    in_time += assessment.attack() && assessment.in_time();
    cron4 += assessment.cron4_alarm;
    cron12 += assessment.cron12_alarm;
    words += assessment.words_right;
    classes += assessment.class_right;
    early += assessment.early;
    for (std::size_t i = 0; i < naive.size(); ++i) naive[i] += assessment.naive[i];
    most_half_open = std::max(most_half_open, assessment.most_half_open);
    if (assessment.delay) delays.push_back(static_cast<double>(assessment.delay->count()) / 1000);
  }
  std::string delay() const {
    std::string text;
    if (!delays.empty()) print(text, "%.1f", *std::max_element(delays.begin(), delays.end()));
    return delays.empty() ? "-" : text;
  }
};

void print_total(std::string& out, const char* what, const Totals& totals, unsigned of) {
  print(out, "%-44s %8u/%u %8u/%u %8u/%u %8u/%u", what, totals.alarms, of, totals.one_shot, of, totals.cron4, of,
        totals.cron12, of);
  for (std::size_t i = 0; i < kNaiveLimits.size(); ++i) print(out, " %8u/%u", totals.naive[i], of);
  out += '\n';
}

}  // namespace

bool Assessment::in_time() const {
  if (!delay) return false;
  const bool slow = scenario->flood && scenario->flood->rate < kSlowFlood;
  return *delay <= (slow ? kSoonForSlow : kSoon);
}

bool Assessment::right() const {
  if (broken || early || !words_right || !exits_right || !next_right) return false;
  return attack() ? alarm && in_time() && class_right
                  : !alarm && !one_shot_alarm && !cron4_alarm && !cron12_alarm && class_right;
}

Assessment assess(const ScenarioRun& run) {
  Assessment assessment;
  assessment.scenario = find_scenario(run.id);
  if (assessment.scenario == nullptr) fail("finding the scenario " + run.id, ENOENT);
  assessment.seed = run.seed;
  assessment.broken = run.looks.empty();
  for (const Look& look : run.looks) {
    if (look.level == Level::broken) assessment.broken = true;
    const bool before = assessment.attack() && look.end <= assessment.scenario->onset;
    if (before) {
      assessment.early = assessment.early || look.alarm();
      continue;
    }
    assessment.most_half_open = std::max(assessment.most_half_open, look.half_open);
    for (std::size_t i = 0; i < kNaiveLimits.size(); ++i)
      if (look.half_open > kNaiveLimits[i]) assessment.naive[i] = true;
    if (look.mode == Mode::cron4 || look.mode == Mode::cron12) {
      bool& alarmed = look.mode == Mode::cron4 ? assessment.cron4_alarm : assessment.cron12_alarm;
      alarmed = alarmed || look.alarm();
      continue;
    }
    const auto& exits = assessment.scenario->exits;
    if (!exits.empty() && std::count(exits.begin(), exits.end(), look.exit_code) == 0) assessment.exits_right = false;
    if (look.mode == Mode::one_shot) {
      assessment.one_shot_alarm = assessment.one_shot_alarm || look.alarm();
      assessment.one_shot_says_blind = assessment.one_shot_says_blind || look.blind;
      continue;
    }
    assessment.next_right = assessment.next_right && look.next_in_vain.empty();
    assessment.worst = std::max(assessment.worst, look.level);
    if (!look.alarm()) continue;
    assessment.alarm = true;
    if (assessment.attack() && !assessment.delay) assessment.delay = look.end - assessment.scenario->onset;
  }
  assess_class(run, assessment);
  return assessment;
}

std::string report(const std::vector<Assessment>& assessments) {
  std::string out;
  print(out, "%-3s %-8s %4s %6s %8s %5s %5s %6s %5s %5s %5s %5s %5s %6s  %s\n", "ID", "TRUTH", "RUNS", "ALARMS",
        "ONE-SHOT", "CRON4", "12", "DELAY", "CLASS", "WORDS", ">20", ">100", ">256", "MOST", "WHAT");
  Totals attacks;
  Totals others;
  for (const Scenario& scenario : scenarios()) {
    Totals totals;
    for (const Assessment& assessment : assessments)
      if (assessment.scenario == &scenario) {
        totals.add(assessment);
        (assessment.attack() ? attacks : others).add(assessment);
      }
    if (totals.runs == 0) continue;
    print(out, "%-3s %-8s %4u %6u %8u %5u %5u %6s %5u %5u %5u %5u %5u %6llu  %s\n", scenario.id.c_str(),
          name(scenario.label), totals.runs, totals.alarms, totals.one_shot, totals.cron4, totals.cron12,
          totals.delay().c_str(), totals.classes, totals.words, totals.naive[0], totals.naive[1], totals.naive[2],
          static_cast<unsigned long long>(totals.most_half_open), scenario.what.c_str());
  }
  print(out, "\n%-44s %10s %10s %10s %10s %10s %10s %10s\n", "", "--interval", "one-shot", "cron 4 s", "12 s",
        "count >20", ">100", ">256");
  print_total(out, "attacks found", attacks, attacks.runs);
  print_total(out, "false alarms where there was no attack", others, others.runs);
  print(out, "attacks found in time %u/%u, alarms before the onset %u, class right %u/%u, words right %u/%u\n",
        attacks.in_time, attacks.runs, attacks.early, attacks.classes + others.classes, attacks.runs + others.runs,
        attacks.words + others.words, attacks.runs + others.runs);
  return out;
}

}  // namespace tcpstat::lab
