#pragma once
// Connections that came and went well while others were stuck. What peers left behind stays in the table for minutes,
// what is served is there for moments: their rows cannot be held against each other, only numbers of the same time can.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "diagnose/ages.h"
#include "diagnose/heard_peers.h"
#include "diagnose/row_groups.h"
#include "model/connection.h"
#include "model/kernel_facts.h"

namespace tcpstat::diagnose {

struct DiagnosisFacts;

/// Whether the row is what a connection leaves that ended well: TIME_WAIT, and FIN_WAIT2 that no process holds, where the
/// peer answered the FIN.
bool has_ended_well(const Connection& row);

/// Rows that are stuck, by age and by who opened them, and where.
class StuckRows {
 public:
  /// `silent_ms`: for how long the peer has left something unanswered at least.
  void add(const Connection& row, std::optional<std::uint64_t> age_ms, std::optional<std::uint64_t> silent_ms,
           const LocalPorts& ports);
  void add(const Connection& row, std::optional<std::uint64_t> age_ms, const LocalPorts& ports) {
    add(row, age_ms, age_ms, ports);
  }
  [[nodiscard]] const Ages& ages() const { return ages_; }
  /// For so many whole seconds nearly all of them have been without an answer.
  [[nodiscard]] std::size_t silent_s() const { return silent_.reached_by_nearly_all(rows_); }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t opened_here() const { return opened_here_; }
  /// Who opened most of them.
  [[nodiscard]] Opened opened() const { return opened_here_ * 2 > rows_ ? Opened::here : Opened::there; }
  /// The port here that nearly all of them were opened to.
  [[nodiscard]] std::optional<std::uint16_t> port() const;
  /// The address here of nearly all of them.
  [[nodiscard]] std::optional<Address> address() const;

 private:
  static constexpr std::size_t kMostAddresses = 256;  ///< a host that has more keeps the first

  Ages ages_;
  Ages silent_;
  std::unordered_map<std::uint16_t, std::uint64_t> ports_;
  std::map<Address, std::uint64_t> addresses_;
  std::uint64_t rows_ = 0;
  std::uint64_t opened_here_ = 0;
};

class Turnover {
 public:
  /// All rows but listeners.
  void see(const Connection& row, const LocalPorts& ports, const KernelLimits& limits);
  /// How many came and went well for those that are stuck, opened by the same end; 0 where nothing tells.
  [[nodiscard]] double beside(const StuckRows& stuck, const DiagnosisFacts& facts) const;
  [[nodiscard]] const HeardPeers& heard() const { return heard_; }

 private:
  [[nodiscard]] double in(AgeSpan span, Opened opened, const DiagnosisFacts& facts) const;
  [[nodiscard]] std::optional<double> counted_per_s(AgeSpan span, Opened opened, const DiagnosisFacts& facts) const;

  // By who opened them.
  std::array<Ages, 2> ended_;             ///< has_ended_well()
  std::array<std::uint64_t, 2> begun_{};  ///< within the last second, and still there
  Ages attempts_;                         ///< SYN_SENT
  std::uint64_t untimed_attempts_ = 0;
  HeardPeers heard_;
  bool within_host_ = false;  ///< some connections are of this host with itself
};

}  // namespace tcpstat::diagnose
