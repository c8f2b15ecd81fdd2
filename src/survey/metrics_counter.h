#pragma once
// Counts what report/metrics.h has, row by row, in bounded memory.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "base/frequent_keys.h"
#include "model/kernel_facts.h"
#include "model/sink.h"
#include "model/way.h"
#include "report/metrics.h"
#include "survey/name_counter.h"
#include "survey/top_remotes.h"

namespace tcpstat::survey {

enum class CountProcesses : bool { no, yes };

class MetricsCounter final : public Sink {
 public:
  /// `settings` say which ports are ephemeral. With `processes` rows have to bring their owners. `ports` are the ports
  /// that get numbers of their own; empty: those with a listener.
  MetricsCounter(const KernelSettings& settings, CountProcesses processes,
                 const std::vector<std::uint16_t>& ports = {});

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;

  [[nodiscard]] Metrics metrics() const;

 private:
  static constexpr std::size_t kPorts = 1U << 16U;
  static constexpr std::size_t kMostPrefixes = 1U << 20U;
  using Counters = std::array<std::uint32_t, kStateCount + 1>;

  [[nodiscard]] std::vector<PortMetrics> ports() const;
  [[nodiscard]] std::vector<ListenerMetrics> listeners() const;
  void count_owners(const Socket& row, State state);

  CountProcesses count_processes_;
  KernelSettings settings_;
  std::vector<Counters> by_port_;
  bool ports_are_chosen_;
  std::vector<bool> told_apart_;  ///< by port: whether it gets numbers of its own
  std::map<std::tuple<Endpoint, std::uint32_t>, ListenerMetrics> listeners_;
  NameCounter by_process_;
  FrequentKeys<Way, WayHash> ways_;
  TopRemotes half_opens_;
  std::unordered_set<std::uint64_t> half_open_prefixes_;  // as hashes with a secret
  KeyedHash hash_;
  std::uint64_t receive_queued_ = 0, send_queued_ = 0;
};

}  // namespace tcpstat::survey
