#include "report.h"

#include <array>
#include <cstdio>

#include "statistics.h"

namespace tcpstat::bench {
namespace {

constexpr double kSlower = 1.05;
constexpr double kMoreMemory = 1.03;
constexpr int kNameWidth = 50;

constexpr const char* kLegend =
    R"(Times are milliseconds. CPU is user and system time of all threads. wall and CPU are medians of the rounds; least CPU
and RSS, which is the highest, are of all rounds. Ratios: x wall and x CPU are medians of the rounds' own, x least is
that of the least CPU times. They are to what stands last in the line, which runs next to the case in each round.
Goals are for x wall; those of watch and trace for x least: the wall time of one is mostly the interval, and storm
makes connections beside a trace whose CPU is not counted, only its own. stdout goes to /dev/null unless a reader is
named. drain is a bare dump: 0x3fff of all states, 0x8 of SYN_RECV; all: once in each of
200 network namespaces that have 100 sockets and a listener each. Before each command the caches are filled with
something else.
)";

std::string fixed(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

std::string names_of(const Case& what) {
  std::string names;
  for (const std::string& reference : what.references) names += (names.empty() ? "" : " + ") + reference;
  if (what.reference_times > 1) names = std::to_string(what.reference_times) + " times " + names;
  return names;
}

/// A median alone may be noise where other programs run; then not even most rounds agree that ours is worse.
bool is_worse(const std::vector<double>& ours, const std::vector<double>& theirs, double limit) {
  return median_ratio(ours, theirs) > limit && low_ratio(ours, theirs) > 1;
}

/// "CPU, memory": in what ours is worse; empty when in nothing.
std::string worse_in(const Measured& one) {
  std::string text;
  const auto judge = [&](const char* what, auto values_of, double limit) {
    if (is_worse(values_of(one.ours), values_of(one.theirs), limit))
      text += (text.empty() ? "" : ", ") + std::string(what);
  };
  judge("wall", wall_of, kSlower);
  judge("CPU", cpu_of, kSlower);
  judge("memory", peak_mib_of, kMoreMemory);
  return text;
}

}  // namespace

void print_legend(const std::string& against) {
  std::fputs(kLegend, stdout);
  if (!against.empty())
    std::printf("Each case is also measured with %s, and \"ours : theirs\" compares.\n", against.c_str());
  std::fflush(stdout);
}

void print_cases(const std::vector<Measured>& all, Size size) {
  std::printf("%-*s %9s %9s %9s %8s %7s %7s  %-14s %s\n", kNameWidth, "case", "wall", "CPU", "least CPU", "RSS MiB",
              "x wall", "x least", "goal", "of");
  for (const Measured& one : all) {
    if (failed(one.ours)) {
      std::printf("%-*s failed, or is not installed\n", kNameWidth, one.what.name().c_str());
      continue;
    }
    const auto wall = wall_of(one.ours);
    const auto cpu = cpu_of(one.ours);
    std::string by_wall;
    std::string by_cpu;
    std::string goal_text;
    if (!one.references.empty() && !failed(one.references)) {
      const double wall_ratio = median_ratio(wall, wall_of(one.references));
      const double cpu_ratio = least_ratio(cpu, cpu_of(one.references));
      by_wall = one.what.measure == Measure::wall ? fixed(wall_ratio) : "-";
      by_cpu = fixed(cpu_ratio);
      if (const auto goal = goal_of(one.what.task, size))
        goal_text = verdict(*goal, one.what.measure == Measure::wall ? wall_ratio : cpu_ratio);
    }
    std::printf("%-*s %9.1f %9.1f %9.1f %8.1f %7s %7s  %-14s %s\n", kNameWidth, one.what.name().c_str(), median(wall),
                median(cpu), least(cpu), greatest(peak_mib_of(one.ours)), by_wall.c_str(), by_cpu.c_str(),
                goal_text.c_str(), names_of(one.what).c_str());
  }
  std::fflush(stdout);
}

void print_comparison(const std::vector<Measured>& all) {
  std::printf("%-*s %7s %7s %9s %17s %15s  %s\n", kNameWidth, "ours : theirs", "x wall", "x CPU", "x least",
              "least CPU", "RSS MiB", "worse in");
  int compared = 0;
  int worse_cases = 0;
  for (const Measured& one : all) {
    if (one.theirs.empty()) continue;
    if (failed(one.ours) || failed(one.theirs)) {
      std::printf("%-*s %s failed\n", kNameWidth, one.what.name().c_str(), failed(one.ours) ? "ours" : "theirs");
      continue;
    }
    const auto ours = cpu_of(one.ours);
    const auto theirs = cpu_of(one.theirs);
    const std::string worse = worse_in(one);
    std::printf("%-*s %7.2f %7.2f %9.2f %7.1f : %7.1f %6.1f : %6.1f  %s\n", kNameWidth, one.what.name().c_str(),
                median_ratio(wall_of(one.ours), wall_of(one.theirs)), median_ratio(ours, theirs),
                least_ratio(ours, theirs), least(ours), least(theirs), greatest(peak_mib_of(one.ours)),
                greatest(peak_mib_of(one.theirs)), worse.c_str());
    ++compared;
    if (!worse.empty()) ++worse_cases;
  }
  std::printf(
      "%d of %d are worse: in the median by more than 5 %% of time or 3 %% of memory, and at all in 3 of 4 rounds\n",
      worse_cases, compared);
  std::fflush(stdout);
}

}  // namespace tcpstat::bench
