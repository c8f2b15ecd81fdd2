// Runs held against the truth: found, missed, false alarms, delay, class, and what a plain count would have said.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "scenario_run.h"

namespace tcpstat::lab {

/// What people put after `netstat | grep -c SYN_RECV`.
constexpr std::array<std::uint64_t, 3> kNaiveLimits = {20, 100, 256};

struct Assessment {
  const Scenario* scenario = nullptr;
  std::uint64_t seed = 0;
  bool broken = false;  // some look could not be read
  /// An attack: an alarm after the onset. Anything else: an alarm at any time.
  bool alarm = false;
  bool one_shot_alarm = false;
  bool cron4_alarm = false;
  bool cron12_alarm = false;
  bool words_right = false;  // the first line of the look that decides says what is wanted
  bool exits_right = true;   // of every look that decides
  bool next_right = true;    // what is to be typed next shows something
  bool one_shot_says_blind = false;
  bool early = false;  // an alarm, of either mode, before there was anything
  std::optional<milliseconds> delay;
  bool class_right = false;
  std::string attack_class;
  Level worst = Level::none;
  std::uint64_t most_half_open = 0;
  std::array<bool, kNaiveLimits.size()> naive{};

  bool attack() const { return scenario->label == Label::attack; }
  /// Floods have to be found within 6 s, those of 2 SYN/s within 15 s.
  bool in_time() const;
  /// Nothing to complain about in delta mode, nor a false alarm in one look.
  bool right() const;
};

Assessment assess(const ScenarioRun& run);

/// The table, a line for each scenario, and the totals below it.
std::string report(const std::vector<Assessment>& assessments);

}  // namespace tcpstat::lab
