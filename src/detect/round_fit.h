#pragma once
// Which share of the half-opens survives each timer round: the one that best explains their ages.

#include "detect/measurements.h"

namespace tcpstat::detect {

/// Compares how likely the ages are under two survivals, as natural logarithms of the ratio.
struct RoundFit {
  double requests = 0;            ///< how many were compared; from none nothing follows
  double survival = 1;            ///< that explains the ages best, at most 1
  double best_over_flood = 0;     ///< how much likelier than a flood of constant rate, of which all survive
  double flood_over_clients = 0;  ///< of a flood over the best survival of at most `clients`; negative: it is clients
  double above_clients = 0;       ///< of the best survival above `clients` over the best of at most that
};

/// Whether the half second before the first timeout counts too. Clients with an RTT above half a second are found there
/// as well, and look like clients that answer the second SYN+ACK.
enum class Rounds : std::uint8_t { after_first_timeout, and_before };

/// For how many seconds requests have been arriving; nothing if none is aged. It is taken from the age that nine of ten
/// are below, so that one old request does not stretch it.
std::optional<double> arrival_span_s(const ListenerView& listener);

/// The part of `span` whose rounds can be compared. In a queue that may be pruned the kernel drops requests from the
/// third round on (reqsk_timer_handler()); that these are gone is no sign of answers. A queue of unknown length may be
/// pruned.
double comparable_span_s(double span, const Measurements& signals);

/// Whether older rounds hold more requests a second than younger ones, beyond chance: they came in pulses, or come no
/// more.
bool comes_in_pulses(const ListenerView& listener);

/// `span`: older requests do not count. `clients`: the greatest share of real clients' requests that survives a round.
RoundFit fit_rounds(const ListenerView& listener, double span, Rounds rounds, double clients);

}  // namespace tcpstat::detect
