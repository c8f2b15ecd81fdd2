#pragma once
// What the programs in handshakes.bpf.c count, as fates of handshakes.

#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include "model/handshake_fates.h"
#include "parsers/bpf/fate_counts.h"

namespace tcpstat::bpf {

/// The sum over processors. A processor may have taken back what another one counted: alone it tells nothing.
HandshakeFates sum_of(std::span<const fate_counts> of_processors);
ListeningEnd listener_of(const fate_key& key);

struct FateKeyOrder {
  bool operator()(const fate_key& a, const fate_key& b) const { return std::memcmp(&a, &b, sizeof a) < 0; }
};
/// What was counted so far in one namespace, by listener and processor.
using FateTable = std::map<fate_key, std::vector<fate_counts>, FateKeyOrder>;

/// What came from `before` to `now`. Meanwhile `missed` events passed the programs by, and `left_out` of them had no
/// place in the table.
CountedHandshakes counted_between(const FateTable& before, const FateTable& now, std::uint64_t missed,
                                  std::uint64_t left_out);

}  // namespace tcpstat::bpf
