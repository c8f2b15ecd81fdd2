#pragma once
// From signals to a level and a class.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/measurements.h"
#include "report/finding.h"

namespace tcpstat::detect {

/// One listener, or the host (`of` has no listener then), with all that is thought of it.
struct Assessment {
  const ListenerView* of = nullptr;
  Measurements signals;
  bool takes_host_evidence = false;  ///< the host's counters speak of this listener
  double score = 0;
  Impact impact = Impact::none;
  AttackLevel level = AttackLevel::none;
  std::string_view attack_class;
  std::optional<double> rate_per_s;
  std::optional<double> seconds_to_full;

  [[nodiscard]] Subject subject() const;
};

/// The words for attack classes.
namespace attack_class {
inline constexpr std::string_view kSingle = "flood: single source";
inline constexpr std::string_view kSubnet = "flood: subnet";
inline constexpr std::string_view kRandom = "flood: random sources";
inline constexpr std::string_view kMixed = "flood: mixed";
inline constexpr std::string_view kFlashCrowd = "flash crowd";
inline constexpr std::string_view kAcceptQueue = "accept-queue overflow";
inline constexpr std::string_view kDeferred = "deferred accept";
inline constexpr std::string_view kLossy = "lossy clients";
inline constexpr std::string_view kReturnPath = "return path or replay";
inline constexpr std::string_view kPortScan = "port scan";
inline constexpr std::string_view kLiveSources = "live-source resets";
inline constexpr std::string_view kUndecided = "saturated, undecided";
}  // namespace attack_class

struct HostAssessment {
  Assessment host;
  std::vector<Assessment> listeners;
};

/// `cases`: listener_cases(); `host`: host_case(). Both outlive the result.
HostAssessment judge(const ListenerView& host, std::vector<ListenerView>& cases, const Thresholds& thresholds);

/// What a listener's half-opens are, by the first rule that fits; empty if there is nothing to say.
std::string_view classify(const Assessment& judged, const Measurements& host);
/// The class of what the host's counters alone show.
std::string_view classify_host(const Assessment& host, const SynInput& input, const Thresholds& thresholds);

/// How the sources are spread, from the table or, if that has more of them, from connection tracking; nothing: unknown.
const SourceStatistics* sources_of(const Assessment& judged, const Measurements& host);

/// True if the queue of the listener is as full in one snapshot as a flash crowd and a flood both make it.
bool undecided(const Assessment& judged, const Measurements& host);
/// True if clients repeat their SYNs and none of them comes through.
bool nobody_comes_through(const Measurements& signals);

/// What this way of looking cannot see on this host, one sentence each.
std::vector<std::string> blind_spots(const SynInput& input);
/// True if floods leave the table empty here, so that one snapshot without findings says nothing.
bool table_is_blind(const SynInput& input);

extern const RuleInfo kSynFloodRule;
extern const RuleInfo kPortScanRule;
/// The rules of findings.cpp.
std::span<const RuleInfo* const> finding_rules();
std::vector<Finding> findings_of(const HostAssessment& judged, const SynInput& input, const Thresholds& thresholds);

}  // namespace tcpstat::detect
