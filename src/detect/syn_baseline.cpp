#include "detect/syn_baseline.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "detect/assess.h"
#include "detect/finding_rules.h"
#include "detect/flood_words.h"
#include "detect/measurements.h"

namespace tcpstat::detect {
namespace {

constexpr std::chrono::milliseconds kShortest{2'000};  // below, rates are a matter of chance
constexpr int kLongestInRuns = 3;                      // beyond, one step would stand for several that nobody saw
constexpr double kKept = 0.95;                         // of the moving averages: about twenty runs
constexpr double kLeastDrift = 0.5;                    // SYN/s; slower floods fill nothing
constexpr double kMostSum = 10;                        // enough to tell; a larger sum is no measure of an attack
constexpr double kCalm = 0.5;                          // of the sum that alarms; above it, the flood may still be there
constexpr std::size_t kRunsToClear = 3;

/// What of the last run can be used.
struct Past {
  bool counters = false;
  bool cusum = false;
  bool learnt = false;
  bool too_soon = false;
};

bool began_anew(const KernelCounters& before, const KernelCounters& now) {
  bool anew = false;
  const auto look = [&](std::string_view name, const auto& a, const auto& b) {
    if (name == "CurrEstab") return;  // a gauge
    anew = anew || (a && b && !growth(a, b));
  };
#define COUNTER(member, file, group, name) look(name, before.member, now.member);
#define SETTING(member, path)
#include "model/kernel_facts.def"
#undef COUNTER
#undef SETTING
  return anew;
}

Past usable(const SynBaseline* before, const BaselineNow& now, std::vector<std::string>& notes) {
  Past past;
  if (before == nullptr) {
    notes.emplace_back("First run: the level comes from this snapshot alone.");
    return past;
  }
  if (before->netns != now.netns) {
    notes.emplace_back("The last run looked at another network namespace: starting anew.");
    return past;
  }
  past.learnt = true;
  if (before->boot_id != now.boot_id) {
    notes.emplace_back("The host was started since the last run: counters are not compared.");
    return past;
  }
  const auto apart = now.facts.boot_time - before->boot_time;
  if (apart.count() < 0) {
    notes.emplace_back("The last run lies in the future: counters are not compared.");
    return past;
  }
  if (apart < kShortest) {
    notes.emplace_back("The last run is less than 2 s ago: its level stands.");
    past.too_soon = true;
    return past;
  }
  if (began_anew(before->counters, now.facts.counters)) {
    notes.emplace_back("Kernel counters began anew since the last run: they are not compared.");
    return past;
  }
  past.counters = true;
  past.cusum = !now.nominal || apart <= kLongestInRuns * *now.nominal;
  if (!past.cusum) notes.emplace_back("Runs were missed: rates are averages over the gap, and the baseline rests.");
  return past;
}

SynSample sample_of(const SynBaseline& baseline) {
  SynSample out;
  for (const PastListener& past : baseline.listeners) {
    SynListener listener;
    listener.local = past.end.local;
    listener.interface = past.end.interface;
    listener.sockets = past.sockets;
    listener.identity = past.identity;
    listener.drops = past.drops;
    listener.half_open = past.half_open;
    const std::uint64_t aged = std::min(past.aged, past.half_open);
    listener.by_rounds[0] = past.half_open - aged;
    listener.by_rounds[1] = aged;
    for (const PastRequest& request : past.requests) {
      HalfOpen entry;
      entry.hash = out.half_opens.size();
      entry.cookie = request.cookie;
      entry.listener = static_cast<std::uint32_t>(out.listeners.size());
      entry.timeouts = request.rounds;
      entry.timer_ms = request.timer_ms;
      out.half_opens.push_back(entry);
    }
    out.listeners.push_back(std::move(listener));
  }
  return out;
}

std::vector<PastListener> listeners_of(const SynSample& sample) {
  std::vector<PastListener> out;
  for (const SynListener& listener : sample.listeners) {
    if (out.size() == SynBaseline::kMostListeners) break;
    out.push_back({listener.end(),
                   listener.identity,
                   listener.drops,
                   listener.half_open - listener.deferred,
                   listener.aged(),
                   0,
                   0,
                   {},
                   std::max(listener.sockets, 1U)});
  }
  std::size_t kept = 0;
  for (const HalfOpen& entry : sample.half_opens) {
    if (kept == SynBaseline::kMostRequests) break;
    if (entry.cookie == 0 || entry.deferred() || entry.rounds() == 0 || entry.listener >= out.size()) continue;
    out[entry.listener].requests.push_back(
        {entry.cookie, static_cast<std::uint8_t>(entry.rounds()), entry.timer_ms.value_or(0)});
    ++kept;
  }
  return out;
}

/// The half-opens have another reason than a flood. What they leave incomplete is normal for this site.
bool explained(const SynReport& report) {
  bool all = false;
  for (const SynVerdict& verdict : report.verdicts) {
    if (verdict.level >= AttackLevel::suspicious) return false;
    all = all || verdict.attack_class == AttackClass::lossy_clients ||
          verdict.attack_class == AttackClass::deferred_accept || verdict.attack_class == AttackClass::accept_queue ||
          verdict.attack_class == AttackClass::stray || verdict.attack_class == AttackClass::small_queue;
  }
  return all;
}

SynVerdict& host_of(SynReport& report) {
  return *std::find_if(report.verdicts.begin(), report.verdicts.end(),
                       [](const SynVerdict& verdict) { return verdict.subject.is_host(); });
}

void learn(SynBaseline& next, double rate) {
  const double weight = next.quiet_runs == 0 ? 1 : 1 - kKept;
  const double off = rate - next.mean;
  next.mean += weight * off;
  next.variance = next.quiet_runs == 0 ? 0 : kKept * next.variance + weight * off * off;
  ++next.quiet_runs;
}

double add_up(const SynBaseline& next, double rate, bool loud, double alarm) {
  const double drift = std::max(kLeastDrift, 3 * std::sqrt(next.variance));
  const double more = rate - next.mean - drift;
  // The sum finds a flood. Once that is over, the count of quiet runs ends the alert; a sum that fell only by its drift
  // would delay that by up to twenty runs.
  const double most = !loud && more <= 0 ? alarm : kMostSum;
  return std::clamp(next.sum + more, 0.0, most);
}

/// Until a second run confirms a level, it is one lower.
void soften(SynReport& report) {
  for (SynVerdict& verdict : report.verdicts) {
    if (verdict.level < AttackLevel::suspicious) continue;
    verdict.level = verdict.level == AttackLevel::suspicious ? AttackLevel::none : AttackLevel::suspicious;
  }
  for (Finding& finding : report.findings) {
    if (!finding.is(kSynFloodRule) && !finding.is(kReturnPathRule)) continue;
    finding.severity = finding.severity == Severity::critical ? Severity::warning : Severity::info;
    finding.message += " (seen in one run, the next one decides)";
  }
}

/// An alert ends only after quiet runs, so that a pulsed flood is one alert and not many.
void hold(SynReport& report, const SynBaseline& next, std::size_t quiet) {
  SynVerdict& host = host_of(report);
  host.level = AttackLevel::suspicious;
  std::vector<Evidence> evidence = {
      {"quiet_runs", static_cast<double>(quiet), ">=", static_cast<double>(kRunsToClear), "runs", 0, "state file"}};
  const bool path = next.alert_rule == kReturnPathRule.id;
  const RuleInfo& rule = path ? kReturnPathRule : kSynFloodRule;
  Finding finding(std::string(rule.id), Severity::warning, Subject::host(), evidence);
  // A full queue of fresh requests has no rate, and may be a crowd.
  const bool rated = next.peak_per_s > 0;
  const std::string what = path    ? "broken return path of the last runs"
                           : rated ? "SYN flood of the last runs"
                                   : "SYN flood or flash crowd of the last runs";
  finding.message = "The " + what + " is not seen now: quiet for " + std::to_string(std::min(quiet, kRunsToClear)) +
                    " of " + std::to_string(kRunsToClear) + " runs";
  finding.brief = what + " not seen now";
  if (!path) finding.message += rate_text(next.peak_per_s, ", peak ");
  finding.next = "tcpstat check --interval 5 -v";
  host.evidence.push_back(evidence.front());
  report.findings.insert(report.findings.begin(), std::move(finding));
}

/// An alert is about a flood if any of its runs showed one.
std::string rule_of_alert(const SynReport& report, const std::string& before) {
  const auto says = [&](const RuleInfo& rule) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const Finding& one) { return one.is(rule) && one.severity >= Severity::warning; });
  };
  if (says(kSynFloodRule) || before == kSynFloodRule.id) return std::string(kSynFloodRule.id);
  return says(kReturnPathRule) ? std::string(kReturnPathRule.id) : before;
}

std::size_t quiet_at_end(const std::vector<AttackLevel>& history) {
  const auto loud =
      std::find_if(history.rbegin(), history.rend(), [](AttackLevel one) { return one != AttackLevel::none; });
  return static_cast<std::size_t>(loud - history.rbegin());
}

void remember(SynBaseline& next, AttackLevel level) {
  next.history.push_back(level);
  if (next.history.size() > SynBaseline::kHistory) next.history.erase(next.history.begin());
}

/// The queue is full: waiting for the next run would cost connections.
bool at_once(SynReport& report) {
  const bool attacked = host_of(report).level == AttackLevel::under_attack && report.impact == Impact::full;
  return attacked || report.unheard_and_full;
}

/// The alert came from looks that cannot tell a flood from a crowd, for want of a rate; this run tells a crowd.
bool is_told_crowd(SynReport& report, const SynBaseline& next) {
  return next.peak_per_s == 0 && (host_of(report).attack_class == AttackClass::flash_crowd || explained(report));
}

/// Levels rise when a second run confirms them, or at once when the queue is full; and fall after quiet runs.
/// `calm`: the sum holds no alert.
void settle(SynReport& report, SynBaseline& next, const SynBaseline* before, std::int64_t wall_time_s, bool calm) {
  const AttackLevel judged = host_of(report).level;
  const bool loud = judged >= AttackLevel::suspicious;
  const bool sure = before == nullptr || at_once(report);
  const bool confirmed =
      before != nullptr && !before->history.empty() && before->history.back() >= AttackLevel::suspicious;
  const bool in_alert = next.reported >= AttackLevel::suspicious;
  const double rate = host_of(report).rate_per_s.value_or(0);
  remember(next, judged);
  if (loud && !in_alert && !sure && !confirmed) {
    soften(report);
    next.reported = host_of(report).level;
    // Not yet an alert: the next run is to confirm it first.
    if (next.reported >= AttackLevel::suspicious) next.reported = AttackLevel::none;
    return;
  }
  if (loud) {
    if (!in_alert) {
      next.alert_since_s = wall_time_s;
      next.peak_per_s = 0;
      next.runs = 0;
      next.alert_rule.clear();
    }
    next.alert_rule = rule_of_alert(report, next.alert_rule);
    next.reported = judged;
    next.peak_per_s = std::max(next.peak_per_s, rate);
    ++next.runs;
    return;
  }
  if (!in_alert) {
    next.reported = judged;
    return;
  }
  const std::size_t quiet = quiet_at_end(next.history);
  // If what is left of the flood is too small to matter, it is told as stray SYNs.
  const bool stray = std::any_of(report.verdicts.begin(), report.verdicts.end(),
                                 [](const SynVerdict& one) { return one.attack_class == AttackClass::stray; });
  if (stray || is_told_crowd(report, next) || (quiet >= kRunsToClear && calm)) {
    next.reported = judged;
    next.alert_since_s.reset();
    next.peak_per_s = 0;
    next.runs = 0;
    return;
  }
  ++next.runs;
  next.reported = AttackLevel::suspicious;
  hold(report, next, quiet);
}

/// A program began to listen anew: meanwhile its clients may have been refused.
bool was_restarted(const SynInput& input) {
  const auto& listeners = input.now->listeners;
  return std::any_of(listeners.begin(), listeners.end(), [&](const SynListener& one) {
    if (input.facts.settings.is_ephemeral(one.local.port)) return false;  // those come and go
    const SynListener* past = input.before->find(one.local);
    // A pool that grows or shrinks goes on listening.
    return past != nullptr && past->end() == one.end() && past->sockets == one.sockets &&
           one.is_other_than(past->identity);
  });
}

/// Learns the rate of refusals, unless a service that ended is the reason.
void learn_resets(SynBaseline& next, const SynInput& input, const SynReport& report) {
  const auto sent = growth(input.facts_before->counters.out_rsts, input.facts.counters.out_rsts);
  if (!sent || was_restarted(input)) return;
  if (!next.resets_per_s) next.resets_per_s = resets_before_per_s(input);
  const bool missing = std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& one) {
    return one.is(kRefusedRule) && std::any_of(one.evidence.begin(), one.evidence.end(), [](const Evidence& piece) {
             return piece.quantity == "listeners_gone" || piece.quantity == "listener_ended";
           });
  });
  if (missing && next.resets_per_s) return;
  const double per_s = static_cast<double>(*sent) * 1000 / static_cast<double>(input.apart->count());
  next.resets_per_s = next.resets_per_s ? kKept * *next.resets_per_s + (1 - kKept) * per_s : per_s;
}

/// Whether the listener of the last run has ended since. One that was gone already does not end again.
bool has_ended(const PastListener& past, const SynListener* now) {
  if (past.gone > 0) return false;
  return now == nullptr || (past.sockets == 1 && began_anew(past.identity, *now));
}

/// How often it has ended: one more if it did since the last run, one less if nothing changed. A listener that came
/// back keeps its count.
std::uint32_t ends_of(const PastListener& past, const SynListener* now) {
  if (has_ended(past, now)) return std::min(past.ends + 1, SynBaseline::kMostEnds);
  const bool came_back = past.gone > 0 && now != nullptr;
  return came_back ? past.ends : past.ends - std::min(past.ends, 1U);
}

/// Listeners that have ended, with how often in the last runs.
std::vector<EndedListener> ended_since(const SynBaseline& before, const SynSample& now) {
  std::vector<EndedListener> out;
  for (const PastListener& past : before.listeners) {
    if (!past.identity) continue;  // half-opens alone, or /proc
    const unsigned times = ends_of(past, listening_on(now, past.end));
    if (times > 0) out.push_back({past.end, times});
  }
  return out;
}

/// Remembers a service whose clients are refused until it is there again. If the RSTs may have another reason, it is
/// remembered for a few runs, in which it may come back.
void remember_ends(SynBaseline& next, const SynBaseline& before, const SynInput& input, const SynReport& report,
                   const Thresholds& thresholds) {
  constexpr std::uint32_t kRunsToComeBack = 3;
  const bool told = std::any_of(report.findings.begin(), report.findings.end(),
                                [](const Finding& one) { return one.is(kRefusedRule); });
  const bool refused = refused_per_s(host_view(input)) >= LimitsOf<kRefusedRule>(thresholds)("after_end");
  for (const PastListener& past : before.listeners) {
    if (!past.identity) continue;
    const SynListener* there = listening_on(*input.now, past.end);
    const std::uint32_t ends = ends_of(past, there);
    if (there != nullptr) {
      const auto at = std::find_if(next.listeners.begin(), next.listeners.end(),
                                   [&](const PastListener& one) { return one.end == past.end; });
      if (at != next.listeners.end()) at->ends = ends;
    } else if (refused && (told || past.gone < kRunsToComeBack) &&
               next.listeners.size() < SynBaseline::kMostListeners) {
      next.listeners.push_back({past.end, past.identity, {}, 0, 0, past.gone + 1, ends, {}, past.sockets});
    }
  }
}

PastRun as_past_run(const SynBaseline& before, const BaselineNow& now) {
  PastRun out{.sample = sample_of(before), .facts = {}};
  if (now.names != nullptr) out.sample.name_devices(*now.names);
  out.facts.counters = before.counters;
  out.facts.filters = before.filters;
  out.facts.boot_time = before.boot_time;
  return out;
}

}  // namespace

std::optional<PastRun> past_run(const SynBaseline& before, const BaselineNow& now) {
  std::vector<std::string> notes;
  if (!usable(&before, now, notes).counters) return std::nullopt;
  return as_past_run(before, now);
}

std::vector<std::uint64_t> cookies_of(const SynBaseline& baseline) {
  std::vector<std::uint64_t> out;
  for (const PastListener& listener : baseline.listeners) {
    for (const PastRequest& request : listener.requests) out.push_back(request.cookie);
  }
  return out;
}

BaselineStep step(const SynBaseline* before, const BaselineNow& now, const Thresholds& thresholds) {
  BaselineStep out;
  const Past past = usable(before, now, out.notes);
  SynInput input;
  input.now = now.sample;
  input.facts = now.facts;
  input.completeness = now.completeness;
  input.all_listeners = now.all_listeners;
  input.left_ports = now.left_ports;
  std::optional<PastRun> earlier;
  std::vector<EndedListener> ended;
  if (past.counters) {
    earlier = as_past_run(*before, now);
    input.before = &earlier->sample;
    input.facts_before = earlier->facts;
    input.apart = now.facts.boot_time - before->boot_time;
    input.resets_before_per_s = before->resets_per_s;
    if (now.completeness == Completeness::whole && now.all_listeners) ended = ended_since(*before, *now.sample);
    input.ended = ended;
  }
  out.report = detect_syn(input, thresholds);
  out.never_completed_per_s = never_completed_per_s(input, thresholds);
  if (past.too_soon) {
    out.next = *before;
    const bool in_alert = before->reported >= AttackLevel::suspicious;
    if (!in_alert && host_of(out.report).level >= AttackLevel::suspicious && !at_once(out.report)) soften(out.report);
    SynVerdict& host = host_of(out.report);
    host.level = std::max(host.level, before->reported);
    return out;
  }
  SynBaseline& next = out.next;
  if (past.learnt) next = *before;
  if (!past.counters) next.sum = 0;
  const double alarm = history::alarm_sum(thresholds);
  const double rate = *out.never_completed_per_s;
  const bool loud = host_of(out.report).level >= AttackLevel::suspicious;
  if (explained(out.report)) {
    next.sum = 0;
    learn(next, rate);
  } else if (past.cusum) {
    next.sum = next.quiet_runs == 0 && !loud ? 0 : add_up(next, rate, loud, alarm);
    if (next.sum <= 0 && !loud) learn(next, rate);
    out.alarm = next.sum > alarm;
    input.cusum = next.sum;
    if (out.alarm) out.report = detect_syn(input, thresholds);
  } else if (next.quiet_runs == 0 && !loud) {
    learn(next, rate);
  }
  if (past.counters) {
    const auto completed = growth(before->counters.passive_opens, now.facts.counters.passive_opens);
    const double seconds = static_cast<double>(input.apart->count()) / 1000;
    if (completed) {
      const double per_s = static_cast<double>(*completed) / seconds;
      next.completions_per_s =
          next.runs == 0 && next.completions_per_s <= 0 ? per_s : kKept * next.completions_per_s + (1 - kKept) * per_s;
    }
  }
  if (past.counters) learn_resets(next, input, out.report);
  next.boot_id = now.boot_id;
  next.netns = now.netns;
  next.boot_time = now.facts.boot_time;
  next.wall_time_s = now.wall_time_s;
  next.counters = now.facts.counters;
  next.filters = now.facts.filters;
  next.listeners = listeners_of(*now.sample);
  if (past.counters && now.completeness == Completeness::whole && now.all_listeners) {
    remember_ends(next, *before, input, out.report, thresholds);
  }
  // After runs that were missed the sum rests, and tells nothing of now.
  const bool calm = !past.cusum || next.sum < kCalm * alarm;
  settle(out.report, next, past.learnt ? before : nullptr, now.wall_time_s, calm);
  return out;
}

}  // namespace tcpstat::detect
