#pragma once
// Connections that came and went well while others were stuck. What peers left behind stays in the table for minutes,
// what is served is there for moments: their rows cannot be held against each other, only numbers of the same time can.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "diagnose/row_groups.h"
#include "model/connection.h"
#include "model/kernel_facts.h"

namespace tcpstat::diagnose {

struct DiagnosisFacts;

/// Whole seconds before now; the last one does not belong to it.
struct AgeSpan {
  std::size_t first = 0;
  std::size_t end = 0;

  [[nodiscard]] std::size_t seconds() const { return end > first ? end - first : 0; }
};

/// Rows by whole seconds of age; those of kMost and more are one.
class Ages {
 public:
  static constexpr std::size_t kMost = 1024;

  void add(std::uint64_t age_ms);
  [[nodiscard]] std::uint64_t all() const { return all_; }
  [[nodiscard]] std::uint64_t in(AgeSpan span) const;
  /// Between the youngest and the one in the middle. What a break of all at one time left is of one age, and has none.
  [[nodiscard]] AgeSpan younger_half() const;

 private:
  std::vector<std::uint32_t> counts_;
  std::uint64_t all_ = 0;
};

/// Whether the row is what a connection leaves that ended well: TIME_WAIT, and FIN_WAIT2 that no process holds, where the
/// peer answered the FIN.
bool has_ended_well(const Connection& row);

/// Rows that are stuck, by age and by who opened them.
class StuckRows {
 public:
  void add(const Connection& row, std::optional<std::uint64_t> age_ms, const LocalPorts& ports);
  [[nodiscard]] const Ages& ages() const { return ages_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t opened_here() const { return opened_here_; }
  /// Who opened most of them.
  [[nodiscard]] Opened opened() const { return opened_here_ * 2 > rows_ ? Opened::here : Opened::there; }

 private:
  Ages ages_;
  std::uint64_t rows_ = 0;
  std::uint64_t opened_here_ = 0;
};

class Turnover {
 public:
  /// All rows but listeners.
  void see(const Connection& row, const LocalPorts& ports, const KernelLimits& limits);
  /// How many came and went well for those that are stuck, opened by the same end; 0 where nothing tells.
  [[nodiscard]] double beside(const StuckRows& stuck, const DiagnosisFacts& facts) const;

 private:
  [[nodiscard]] double in(AgeSpan span, Opened opened, const DiagnosisFacts& facts) const;
  [[nodiscard]] std::optional<double> counted_per_s(AgeSpan span, Opened opened, const DiagnosisFacts& facts) const;

  // By who opened them.
  std::array<Ages, 2> ended_;             ///< has_ended_well()
  std::array<std::uint64_t, 2> begun_{};  ///< within the last second, and still there
  Ages attempts_;                         ///< SYN_SENT
  std::uint64_t untimed_attempts_ = 0;
  bool within_host_ = false;  ///< some connections are of this host with itself
};

}  // namespace tcpstat::diagnose
