#pragma once
// Sockets by name and state, in bounded memory, for series of metrics: by process, unit or destination.

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/kernel_facts.h"
#include "model/names.h"
#include "model/sink.h"
#include "report/metrics.h"

namespace tcpstat::survey {

class NameCounter {
 public:
  /// Sockets of further names count as others from the first one on.
  static constexpr std::size_t kMostKnown = std::size_t{1} << 16U;

  /// An empty name is one of the others.
  void add(std::string_view name, State state);
  /// Metrics::kMostNames at most, those with most sockets first; then the others.
  [[nodiscard]] std::vector<NameMetrics> take() const;

 private:
  std::map<std::string, StateCounts, std::less<>> known_;
  StateCounts others_{};
};

/// Counts by the systemd unit of the process that holds the socket, or of its control group.
class UnitCounter final : public Sink {
 public:
  explicit UnitCounter(Names& names) : names_(names) {}
  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;
  [[nodiscard]] std::vector<NameMetrics> take() const { return counter_.take(); }

 private:
  Names& names_;
  NameCounter counter_;
};

/// Counts by the address and port that connections of this host go to: those from ephemeral ports.
class DestinationCounter final : public Sink {
 public:
  explicit DestinationCounter(const KernelSettings& settings) : settings_(settings) {}
  Flow connection(const Connection& row) override;
  Flow listener(const Listener& /*row*/) override { return Flow::more; }
  [[nodiscard]] std::vector<NameMetrics> take() const { return counter_.take(); }

 private:
  KernelSettings settings_;
  NameCounter counter_;
};

}  // namespace tcpstat::survey
