#pragma once
// Numbers of one dump for systems that keep them as series. Each table is bounded, however many sockets and strangers
// there are; what is beyond its bound is summed up. No number stands for one remote address.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/address.h"
#include "model/kernel_facts.h"
#include "model/state.h"

namespace tcpstat::inline report {

using StateCounts = std::array<std::uint64_t, kStateCount + 1>;  ///< by State

struct PortMetrics {
  std::optional<std::uint16_t> port;  ///< a local one with a listener; nothing: all others together
  StateCounts states{};
};

/// Sockets that share an endpoint (SO_REUSEPORT) are one. A value that one of them lacks is unknown for all.
struct ListenerMetrics {
  Endpoint local;
  std::uint32_t interface = 0;
  std::string device = {};  ///< its name, or else its number; empty: none. Hostile text
  std::optional<std::uint64_t> accept_queue;
  std::optional<std::uint64_t> accept_limit;
  std::optional<std::uint64_t> half_open;
  std::optional<std::uint64_t> drops;
};

struct NameMetrics {
  std::optional<std::string> name;  ///< hostile text; nothing: all others together
  StateCounts states{};
};

struct Metrics {
  static constexpr std::size_t kMostPorts = 50;
  static constexpr std::size_t kMostListeners = 50;
  static constexpr std::size_t kMostNames = 20;

  std::vector<PortMetrics> ports;          ///< most connections first, the others last
  std::vector<ListenerMetrics> listeners;  ///< fullest first
  std::uint64_t listeners_left_out = 0;
  // Nothing if they were not asked for.
  std::optional<std::vector<NameMetrics>> processes;
  std::optional<std::vector<NameMetrics>> units;
  std::optional<std::vector<NameMetrics>> destinations;
  std::uint64_t receive_queued_bytes = 0;
  std::uint64_t send_queued_bytes = 0;
  /// Ports taken towards the destination that takes most.
  std::uint64_t ephemeral_ports_used = 0;
  std::optional<std::uint64_t> ephemeral_ports;  ///< how many there are
  /// Networks (/24, /64) that half-open connections come from; nothing if they are too many to be counted exactly.
  std::optional<std::uint64_t> half_open_prefixes;
  std::uint64_t half_open_per_prefix = 0;  ///< of the network with the most
  std::optional<double> dump_seconds;
};

}  // namespace tcpstat::inline report
