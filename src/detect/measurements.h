#pragma once
// What heuristics are given, and the signals that they leave for each other and for the verdict.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sample/source_statistics.h"
#include "detect/sample/syn_sample.h"
#include "detect/syn_detector.h"
#include "model/kernel_facts.h"
#include "report/finding.h"
#include "report/rule.h"

namespace tcpstat::detect {

/// Each optional: not known. Ratios lie between 0 and 1 unless they say otherwise.
struct Measurements {
  // One listener's.
  double half_open = 0;                  ///< S1, all requests
  double counted = 0;                    ///< n: those that are not deferred
  double aged = 0;                       ///< N_old: of these, at least one timeout old
  std::optional<double> fill;            ///< S2, of the queue limit
  std::optional<double> limit;           ///< of the SYN queue, requests
  std::optional<double> stale;           ///< S3, aged / counted
  std::optional<double> arrivals_per_s;  ///< S4, of SYNs that never complete
  std::optional<double> survival;        ///< S5
  bool fates_decide = false;             ///< S6 accuses or clears, and not by chance
  bool survival_clears = false;          ///< it is surely too low for a flood
  std::optional<double> completed;       ///< S6, of those that waited for longer than a round trip
  std::optional<double> retried;         ///< S7
  double rearmed = 0;                    ///< of n: not aged, because the client repeated its SYN and that began anew
  std::optional<double> deferred;        ///< S8
  std::optional<double> abandoned;       ///< S9
  std::optional<double> handshake_s;     ///< S10
  std::optional<double> impossible;      ///< S14
  std::optional<double> accept_load;     ///< S21, waiting / limit; more than 1 if full
  std::optional<double> drops_per_s;     ///< S22
  // The host's.
  std::optional<double> completions_per_s;  ///< handshakes that ended well
  std::optional<double> cookie_answers;     ///< S16; may exceed 1
  std::optional<double> cookies_per_s;
  std::optional<double> unanswered_per_s;    ///< S17
  std::optional<double> silent_drops_per_s;  ///< S18
  std::optional<double> embryonic_per_s;     ///< S19
  std::optional<double> clients_alive;       ///< S20; may exceed 1
  std::optional<double> overflows_per_s;
  std::optional<double> resets_per_s;   ///< RSTs sent
  std::optional<double> proxy_answers;  ///< S24
  double tracked = 0;                   ///< S23, unanswered entries of connection tracking
  std::string tracked_listener;         ///< that most of them are for; empty: none
  // Of either.
  std::optional<SourceStatistics> sources;  ///< S11, S12: of a listener's aged requests; the host's, of tracked entries

  double score = 0;
  std::vector<Evidence> evidence;

  /// `weight` goes into the score. An empty `op`: no limit.
  void add(std::string quantity, std::optional<double> value, std::string_view op, std::optional<double> limit_value,
           std::string unit, double weight, std::string source) {
    score += weight;
    evidence.push_back(
        {std::move(quantity), value, std::string(op), limit_value, std::move(unit), weight, std::move(source)});
  }
};

/// One listener, or the host, as heuristics see it.
struct ListenerView {
  const SynInput& input;
  const SynListener* now = nullptr;             ///< nothing for the host
  const SynListener* before = nullptr;          ///< the same listener in the earlier sample, if it was not restarted
  std::vector<const HalfOpen*> requests;        ///< of the listener, sampled
  std::vector<const HalfOpen*> aged;            ///< of these, not deferred and at least one timeout old
  std::vector<const HalfOpen*> aged_before;     ///< the same of the earlier sample
  std::vector<const TrackedRequest*> followed;  ///< met between the samples
  std::array<double, kRounds> by_rounds{};      ///< of the listener, not deferred; scaled up
  std::optional<double> oldest_s;               ///< the greatest age of an aged request
  const Measurements* host = nullptr;           ///< once the host's are known

  /// Seconds between the samples; nothing in one snapshot.
  [[nodiscard]] std::optional<double> seconds() const;
  /// How fast a counter grew; nothing if it is not known or was reset.
  [[nodiscard]] std::optional<double> per_s(std::optional<std::uint64_t> KernelCounters::*counter) const;
  /// The same as a number.
  [[nodiscard]] std::optional<double> grown(std::optional<std::uint64_t> KernelCounters::*counter) const;
};

ListenerView host_case(const SynInput& input);
/// One for each of input.now->listeners, in their order.
std::vector<ListenerView> listener_cases(const SynInput& input);

/// The greatest share of aged requests in any listener with enough of them, in either sample.
double most_stale(const SynInput& input);

/// Limits of one heuristic, as the user left them.
class Limits {
 public:
  Limits(const RuleInfo& rule, const Thresholds& thresholds) : rule_(rule), thresholds_(thresholds) {}
  double operator()(std::string_view name) const { return thresholds_.get(rule_, name); }

 private:
  const RuleInfo& rule_;
  const Thresholds& thresholds_;
};

enum class Scope : std::uint8_t { host, listener };

/// One step of the judgement: measures, leaves its signal, and adds evidence with what it weighs.
/// Weights are points like log odds, set on labelled runs of attacks and look-alikes; the level comes from their sum.
struct Heuristic {
  RuleInfo rule;
  Scope scope;
  std::string_view needs;  ///< the inputs without which it says nothing
  void (*judge)(const ListenerView&, const Limits&, Measurements&);
};

#define HEURISTIC(name) extern const Heuristic name##_heuristic;
#include "detect/heuristics.def"
#undef HEURISTIC

/// In the order in which they are asked: later ones read the signals of earlier ones.
std::span<const Heuristic* const> heuristics();

/// Below so many aged requests chance decides.
inline constexpr double kEnoughAged = 8;
/// So many allow a statement about their sources.
inline constexpr double kEnoughSources = 20;

}  // namespace tcpstat::detect
