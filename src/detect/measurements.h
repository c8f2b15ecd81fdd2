#pragma once
// What heuristics are given, and what they leave for each other and for the assessment: numbers that were measured, and
// outcomes, which each heuristic reaches by its own limits. No other code compares a number with the limits of a
// heuristic.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/late_requests.h"
#include "detect/sample/source_statistics.h"
#include "detect/sample/syn_sample.h"
#include "detect/syn_detector.h"
#include "model/kernel_facts.h"
#include "report/finding.h"
#include "report/rule.h"

namespace tcpstat::detect {

/// The outcome of a question that a heuristic asks. unknown: it had not enough to go by.
enum class Answer : std::uint8_t { unknown, no, yes };
constexpr Answer answer(bool yes) { return yes ? Answer::yes : Answer::no; }

/// few: chance decides. many: enough for a statement about all of them.
enum class Amount : std::uint8_t { few, enough, many };

/// How many requests are older than a client needs to answer. fresh: hardly any. most: nearly all.
enum class Staleness : std::uint8_t { unknown, fresh, some, most };

/// How many of the requests that waited longer than a round trip completed in the end. clients: as many as clients' do.
/// some: fewer.
enum class Completion : std::uint8_t { unknown, nobody, some, clients };

/// Which part of SYN cookies is answered. some: more than in a flood, fewer than by a crowd.
enum class CookieAnswers : std::uint8_t { unknown, few, some, nearly_all };

/// How full an accept queue is. loaded: half; it loses connections in bursts. full: it drops final ACKs, or is about
/// to.
enum class AcceptQueue : std::uint8_t { unknown, low, loaded, full };

/// Where a flood comes from.
struct Origin {
  AttackClass attack_class = AttackClass::mixed_sources;
  std::string place;                             ///< "198.51.100.7", "198.51.100.0/24"; empty where they are many
  std::optional<Prefix> network = std::nullopt;  ///< the same
  double share = 1;                              ///< of the requests that come from there
};

/// An empty optional is not known.
struct Measurements {
  Completeness table = Completeness::whole;  ///< set for the host alone; if partial, every rate is a lower bound

  // One listener's numbers.
  double half_open = 0;                  ///< all requests
  double counted = 0;                    ///< those that are not deferred
  double aged = 0;                       ///< of these, at least one timeout old
  std::optional<double> limit;           ///< of the SYN queue, requests
  std::optional<double> fill;            ///< half_open / limit
  std::optional<double> arrivals_per_s;  ///< SYNs that never complete
  std::optional<double> handshake_s;     ///< that each would take, if the requests completed as fast as others do
  std::optional<double> accept_load;  ///< waiting / limit; more than 1 if full, 0 where the queue is too short to tell
  std::optional<double> drops_per_s;  ///< SYNs and ACKs that the listener lost

  // One listener's outcomes.
  Answer saturated = Answer::unknown;         ///< the SYN queue is full
  Answer saturated_lately = Answer::unknown;  ///< in this sample or the earlier one
  Answer pressed_lately = Answer::unknown;    ///< so full that the kernel gives requests fewer rounds; in either sample
  Answer may_be_pruned = Answer::unknown;  ///< near that: requests of the third round and later may have been dropped
  Staleness staleness = Staleness::unknown;
  Amount amount_counted = Amount::few;
  Amount amount_aged = Amount::few;
  LateRequests late;
  Completion completion = Completion::unknown;
  bool fates_decide = false;                  ///< `completion` accuses or clears, and not by chance
  bool as_of_clients = false;                 ///< as many may complete as of clients that lose most of their ACKs
  Answer requests_survive = Answer::unknown;  ///< from one timer round to the next, as a flood's do
  bool requests_stay = false;                 ///< more survive from round to round than of any clients, beyond chance
  bool rounds_thin_out = false;               ///< they get fewer from round to round as clients' do, beyond chance
  Answer sources_are_clients = Answer::unknown;  ///< nearly all, and many, have other connections
  std::optional<double> known_share;             ///< of the sources that have other connections
  Answer some_are_clients = Answer::unknown;     ///< a part of the sources has other connections
  Answer cut_off = Answer::unknown;              ///< nearly all are of one network, from which nobody is connected
  Answer clients_retry = Answer::unknown;        ///< sources repeat their SYNs
  Answer some_retry = Answer::unknown;           ///< more of them do than in any flood
  std::optional<double> retry_share;             ///< which part of them does
  Answer answers_unsent = Answer::unknown;       ///< its SYN+ACKs do not leave the host
  std::optional<double> unsent_per_s;            ///< requests that end for that reason
  Answer deferring = Answer::unknown;            ///< a good part of the requests only waits for data
  Amount amount_deferred = Amount::few;
  Answer may_defer = Answer::unknown;  ///< rows do not tell, and as many ACKs as requests were held back
  AcceptQueue accept_queue = AcceptQueue::unknown;

  // The host's numbers.
  std::optional<double> completions_per_s;   ///< handshakes that ended well
  std::optional<double> overflows_per_s;     ///< of accept queues
  std::optional<double> unanswered_per_s;    ///< cookies
  std::optional<double> silent_drops_per_s;  ///< SYNs
  double unrouted_per_s = 0;                 ///< SYNs that were dropped because no route leads to their sources
  std::optional<double> embryonic_per_s;     ///< requests that a RST ended
  std::optional<double> resets_per_s;        ///< RSTs sent
  double tracked = 0;                        ///< unanswered entries of connection tracking

  // The host's outcomes.
  Answer cookies_flow = Answer::unknown;  ///< SYNs are answered by cookies
  CookieAnswers cookie_answers = CookieAnswers::unknown;
  Answer proxy_answers = Answer::unknown;      ///< the cookies of SYNPROXY are answered
  Answer syns_dropped = Answer::unknown;       ///< because a SYN queue is full
  Answer queue_turns_over = Answer::unknown;   ///< requests complete as fast as SYNs are dropped for want of room
  Answer sources_reset = Answer::unknown;      ///< sources answer SYN+ACKs with RST, more than clients do
  Answer resets_are_spread = Answer::unknown;  ///< thinly over listeners, as health checks are
  Answer clients_alive = Answer::unknown;      ///< clients repeat their SYNs
  Answer closed_ports_probed = Answer::unknown;
  Answer adds_up = Answer::unknown;    ///< SYNs that never complete add up from run to run
  bool counters_accuse = false;        ///< counters of this interval alone; what earlier runs add up is no such proof
  std::optional<Origin> reset_origin;  ///< of requests that a RST ended, by connection tracking
  std::string tracked_listener;        ///< that most tracked entries are for; empty: none

  // Of either: a listener's are those of aged requests, the host's those of tracked entries.
  std::optional<SourceStatistics> sources;
  std::optional<Origin> origin;  ///< what `sources` show, if they send a flood

  double score = 0;
  std::vector<Evidence> evidence;

  /// `weight` goes into the score. An empty `op`: no limit.
  void add(std::string quantity, std::optional<double> value, std::string_view op, std::optional<double> limit_value,
           std::string unit, double weight, std::string source) {
    score += weight;
    evidence.push_back(
        {std::move(quantity), value, std::string(op), limit_value, std::move(unit), weight, std::move(source)});
  }

  /// SYNs that counters show and the table does not.
  [[nodiscard]] double untabled_per_s() const { return unanswered_per_s.value_or(0) + silent_drops_per_s.value_or(0); }
};

/// One listener, or the host, as heuristics see it.
struct ListenerView {
  const SynInput& input;
  const SynListener* now = nullptr;             ///< null for the host
  const SynListener* before = nullptr;          ///< the same listener in the earlier sample, if it was not restarted
  std::vector<const HalfOpen*> requests;        ///< of the listener, sampled
  std::vector<const HalfOpen*> aged;            ///< of these, not deferred and at least one timeout old
  std::vector<const HalfOpen*> aged_before;     ///< the same of the earlier sample
  std::vector<const TrackedRequest*> followed;  ///< met between the samples
  std::array<double, kRounds> by_rounds{};      ///< of the listener, not deferred; scaled up
  std::optional<double> oldest_s;               ///< the greatest age of an aged request
  const Measurements* host = nullptr;           ///< those of the host, once they are known

  /// Seconds between the samples; nothing in one snapshot.
  [[nodiscard]] std::optional<double> seconds() const;
  /// How fast a counter grew; nothing if it is not known or was reset.
  [[nodiscard]] std::optional<double> per_s(std::optional<std::uint64_t> KernelCounters::*counter) const;
  /// By how much it grew.
  [[nodiscard]] std::optional<double> grown(std::optional<std::uint64_t> KernelCounters::*counter) const;
};

ListenerView host_view(const SynInput& input);
/// One for each of input.now->listeners, in their order.
std::vector<ListenerView> listener_views(const SynInput& input);

enum class Scope : std::uint8_t { host, listener };

/// One step of the judgement: measures, leaves its outcomes, and adds evidence with what it weighs.
/// Weights are points like log odds, set on labelled runs of attacks and look-alikes; the level comes from their sum.
struct Heuristic {
  RuleInfo rule;
  Scope scope;
  std::string_view needs;  ///< the inputs without which it says nothing
  void (*judge)(const ListenerView&, const Thresholds&, Measurements&);
};

/// Each file has a namespace of its name for its own parts.
#define HEURISTIC(name)             \
  namespace name {                  \
  extern const Heuristic heuristic; \
  }
#include "detect/heuristics.def"
#undef HEURISTIC

/// In the order in which they are asked: later ones read the outcomes of earlier ones.
std::span<const Heuristic* const> heuristics();

// Answers that a heuristic gives to other code by its own limits, outside of its turn.

namespace stale_share {
/// The greatest share of aged requests in any listener with enough of them, in either sample.
double most_stale(const SynInput& input, const Thresholds& thresholds);
}  // namespace stale_share
namespace source_spread {
/// Where a flood from sources that are spread like this comes from.
Origin origin_of(const SourceStatistics& sources, const Thresholds& thresholds);
}  // namespace source_spread
namespace history {
/// Above this sum, more SYNs stay incomplete than ordinarily.
double alarm_sum(const Thresholds& thresholds);
}  // namespace history

/// Fewer requests are a matter of chance: the default of several rules.
inline constexpr double kEnough = 8;
/// So many allow a statement about their sources: the default of several rules.
inline constexpr double kMany = 20;

}  // namespace tcpstat::detect
