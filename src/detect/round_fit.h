#pragma once
// How many half-opens live from one timer round to the next, as the ages of all of them explain best.

#include "detect/measurements.h"

namespace tcpstat::detect {

/// Logarithms are natural, of the likelihood of the ages under one survival over that under another.
struct RoundFit {
  double survival = 1;            ///< that explains the ages best, at most 1
  double best_over_flood = 0;     ///< than a flood of constant rate, of which all survive
  double flood_over_clients = 0;  ///< of a flood over the best survival of at most `clients`; negative: clients it is
};

/// Whether the half second before the first timeout counts too. Clients far away (RTT above half a second) stand there
/// as well, and look like those that answer the second SYN+ACK.
enum class Rounds : std::uint8_t { after_first_timeout, and_before };

/// For how many seconds requests have been arriving; nothing without aged ones. Nine tenths of them are younger than this
/// many of ten: one straggler does not stretch it.
std::optional<double> arrival_span_s(const ListenerView& listener);

/// The part of `span` whose rounds can be compared: where the queue may be pruned, the kernel drops requests of the third
/// round and later (reqsk_timer_handler()), and that is no answer. What fills an unknown queue may be pruned.
double comparable_span_s(double span, const Measurements& signals);

/// `span`: for how many seconds; older ones are stragglers. `clients`: the greatest survival
/// of requests of real clients.
RoundFit fit_rounds(const ListenerView& listener, double span, Rounds rounds, double clients);

}  // namespace tcpstat::detect
