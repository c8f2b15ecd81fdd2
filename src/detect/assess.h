#pragma once
// From outcomes to a level and a class.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/measurements.h"
#include "detect/outlook.h"
#include "detect/pool.h"
#include "report/finding.h"

namespace tcpstat::detect {

/// What detection makes of one listener, or of the host (`of` has no listener then).
struct Assessment {
  const ListenerView* of = nullptr;
  Measurements signals;
  bool takes_host_evidence = false;  ///< the host's counters count for this listener
  double score = 0;
  Impact impact = Impact::none;
  AttackLevel level = AttackLevel::none;
  AttackClass attack_class = AttackClass::none;
  Outlook outlook;
  std::optional<double> rate_per_s;
  std::optional<double> seconds_to_full;

  [[nodiscard]] Subject subject() const;
};

struct HostAssessment {
  Assessment host;
  std::vector<Assessment> listeners;
  /// The listeners that nothing else explains, judged as one. Set only if that accuses them, and no listener alone is
  /// accused.
  std::optional<Assessment> together;
  std::vector<const Assessment*> unexplained;  ///< listeners whose old requests only a flood would explain
  std::unique_ptr<const Pool> pool;            ///< the listener that `together` judges
};

/// `views`: listener_views(); `host`: host_view(). Both outlive the result.
HostAssessment assess(const ListenerView& host, std::vector<ListenerView>& views, const Thresholds& thresholds);

/// What a listener's half-opens are, by the first rule that fits; none if there is nothing to say.
AttackClass classify(const Assessment& listener, const Measurements& host);
/// What the host's counters alone show.
AttackClass classify_host(const Assessment& host);

/// Where the sources are: by connection tracking if it has more of them than the table, else by the table. Null:
/// unknown.
const Origin* origin_of(const Assessment& one, const Measurements& host);

/// True if one snapshot shows a full queue of fresh requests, which a flash crowd and a flood both leave.
bool undecided(const Assessment& listener, const Measurements& host);
/// True if clients repeat their SYNs and none of them comes through.
bool nobody_comes_through(const Measurements& signals, const Measurements& host);

/// What this way of looking cannot see on this host, one sentence each.
std::vector<std::string> blind_spots(const SynInput& input, const Measurements& host, const Thresholds& thresholds);
/// True if floods leave the table empty here and no counter shows them either. Then no finding does not mean no flood.
bool table_is_blind(const SynInput& input);

/// RSTs a second before the earlier sample, as far as that is known.
std::optional<double> resets_before_per_s(const SynInput& input);
/// broken_off() a second. 0 where the counters are not known.
double broken_off_per_s(const ListenerView& host);
/// RSTs a second, without those. 0 where the counters are not known.
double refused_per_s(const ListenerView& host);
/// The finding about refused connections, with the listener that went away if one did. Nothing if few are refused.
std::optional<Finding> refusals(const Assessment& host, const SynInput& input, const Thresholds& thresholds);

/// The rules of findings.cpp.
std::span<const RuleInfo* const> finding_rules();
std::vector<Finding> findings_of(const HostAssessment& all, const SynInput& input, const Thresholds& thresholds);

}  // namespace tcpstat::detect
