#include "detect/causes.h"

#include <algorithm>

#include "detect/finding_rules.h"

namespace tcpstat::detect {
namespace {

const RuleInfo* rule_of(const Assessment& one) {
  if (one.attack_class == AttackClass::stray) return &kStrayRule;
  if (one.level < AttackLevel::suspicious) return nullptr;
  switch (one.attack_class) {
    case AttackClass::return_path:
      return &kReturnPathRule;
    case AttackClass::accept_queue:
    case AttackClass::deferred_accept:
    case AttackClass::lossy_clients:
    case AttackClass::small_queue:
      return nullptr;
    default:
      return &kSynFloodRule;
  }
}

std::string place_of(const Assessment& one, const Measurements& host) {
  if (one.attack_class == AttackClass::undecided) return "undecided";
  if (one.attack_class == AttackClass::live_sources) return "RST";
  const Origin* origin = origin_of(one, host);
  return origin == nullptr ? "" : origin->place;
}

void add_rest(Cause& cause, const HostAssessment& all) {
  for (const Assessment* one : all.unexplained) {
    const bool there = std::count(cause.suffering.begin(), cause.suffering.end(), one) > 0;
    if (!there && one->level < AttackLevel::suspicious) cause.suffering.push_back(one);
  }
}

/// The host's counters speak of several floods, and do not tell which part is whose.
void note_shared_counters(std::vector<Cause>& all) {
  const auto counted = [](const Cause& cause) {
    if (cause.rule != &kSynFloodRule) return false;
    if (cause.together != nullptr) return cause.together->takes_host_evidence;
    return std::any_of(cause.suffering.begin(), cause.suffering.end(),
                       [](const Assessment* one) { return one->takes_host_evidence; });
  };
  const bool several = std::count_if(all.begin(), all.end(), counted) > 1;
  for (Cause& cause : all) cause.shares_counters = several && counted(cause);
}

/// At this rate the queue has room for all requests of the flood until they expire.
bool leaves_room(const Assessment& one) {
  const bool queued = one.attack_class != AttackClass::live_sources && one.attack_class != AttackClass::undecided;
  return queued && one.impact == Impact::none && one.outlook.leaves_room;
}

}  // namespace

bool is_widespread(const Cause& cause) {
  constexpr std::size_t kWide = 3;
  return cause.rule == &kSynFloodRule && cause.place.empty() && cause.suffering.size() >= kWide;
}

std::vector<Cause> causes(const HostAssessment& all) {
  std::vector<Cause> out;
  if (all.together)
    out.push_back({&kSynFloodRule, place_of(*all.together, all.host.signals), all.unexplained, &*all.together, false});
  for (const Assessment& one : all.listeners) {
    const RuleInfo* rule = rule_of(one);
    if (rule == nullptr || (all.together && std::count(all.unexplained.begin(), all.unexplained.end(), &one) > 0))
      continue;
    const bool unsent = one.signals.answers_unsent == Answer::yes;
    const std::string place = rule == &kSynFloodRule ? place_of(one, all.host.signals) : (unsent ? "unsent" : "");
    const auto same = [&](const Cause& cause) { return cause.rule == rule && cause.place == place; };
    auto at = std::find_if(out.begin(), out.end(), same);
    if (at == out.end()) at = out.insert(out.end(), {rule, place, {}, nullptr, false});
    at->suffering.push_back(&one);
  }
  for (Cause& cause : out) {
    if (cause.together == nullptr && is_widespread(cause)) add_rest(cause, all);
    std::stable_sort(cause.suffering.begin(), cause.suffering.end(), [](const Assessment* a, const Assessment* b) {
      return a->level != b->level ? a->level > b->level : a->score > b->score;
    });
  }
  note_shared_counters(out);
  return out;
}

bool is_over(const Cause& cause) {
  if (cause.together != nullptr) return false;
  return std::all_of(cause.suffering.begin(), cause.suffering.end(), [](const Assessment* one) {
    return (one->outlook.over_for_s || one->outlook.emptied) && one->attack_class != AttackClass::live_sources;
  });
}

bool leaves_room(const Cause& cause, const Thresholds& thresholds) {
  const LimitsOf<kSynFloodRule> limit(thresholds);
  if (cause.together != nullptr || !cause.many()) return leaves_room(cause.worst());
  double most = 0;
  double room = 0;
  for (const Assessment* one : cause.suffering) {
    const bool few = one->signals.amount_aged == Amount::few;
    if (!few && (one->impact != Impact::none || !one->outlook.most_half_open)) return false;
    most += one->outlook.most_half_open.value_or(one->signals.half_open);
    room += one->signals.limit.value_or(0);
  }
  return cause.worst().attack_class != AttackClass::live_sources && most < limit("pressure") * room;
}

std::optional<double> rate_of(const Cause& cause, const Measurements& host) {
  if (cause.together != nullptr || !cause.many()) return cause.worst().rate_per_s;
  std::optional<double> sum;
  bool counted = false;
  for (const Assessment* one : cause.suffering) {
    if (one->signals.arrivals_per_s) sum = sum.value_or(0) + *one->signals.arrivals_per_s;
    counted = counted || one->takes_host_evidence;
  }
  if (!counted) return sum;
  const bool resets = cause.worst().attack_class == AttackClass::live_sources;
  const double more = host.untabled_per_s() + (resets ? host.embryonic_per_s.value_or(0) : 0);
  return more > 0 ? sum.value_or(0) + more : sum;
}

}  // namespace tcpstat::detect
