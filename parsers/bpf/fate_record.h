#pragma once
// What the programs in handshakes.bpf.c count, as fates of handshakes.

#include <span>

#include "model/handshake_fates.h"
#include "parsers/bpf/fate_counts.h"

namespace tcpstat::bpf {

/// The sum over processors. A processor may have taken back what another one counted: alone it tells nothing.
HandshakeFates sum_of(std::span<const fate_counts> of_processors);
ListeningEnd listener_of(const fate_key& key);

}  // namespace tcpstat::bpf
