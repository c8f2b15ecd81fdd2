#pragma once
// Judges each transition that a source announces, by itself and as part of its socket's life. A life is identified by
// `socket` or cookie. By addresses and ports it is a guess, because tuples are used again and a source may show several
// network namespaces.

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "base/identity_window.h"
#include "base/keyed_hash.h"
#include "model/kernel_limits.h"
#include "model/transition_source.h"
#include "report/connection_life.h"
#include "report/log_finding.h"
#include "trace/life.h"
#include "trace/life_table.h"
#include "trace/pair_counts.h"

namespace tcpstat::trace {

class LifeChecker final : public TransitionSink {
 public:
  /// Gets each transition with the time in the old state as its life knows it, the machine's judgement, and how its
  /// socket opened.
  using Use = std::function<Flow(const Transition&, const Judgement&, Opening)>;
  /// Gets each connection when it has ended.
  using Ended = std::function<Flow(const ConnectionLife&)>;

  /// How many lives are kept at most that run or whose end was lost; each takes some 250 bytes.
  static constexpr std::size_t kMostLives = 262'144;

  /// Limits and pairs are borrowed. If limits are unknown, the time in a state is not judged.
  LifeChecker(const KernelLimits& limits, PairCounts& pairs, TellFinding say, Use use = {}, Ended ended = {},
              std::size_t most_lives = kMostLives)
      : limits_(limits),
        pairs_(pairs),
        say_(std::move(say)),
        use_(std::move(use)),
        ended_(std::move(ended)),
        lives_(most_lives) {}

  Flow transition(const Transition& announced) override;
  Flow lost(std::uint64_t count, std::uint64_t line) override;
  /// The writer of the records stopped before `line`, so that transitions before the next record are unknown.
  void interrupted(std::uint64_t line);
  /// The log has ended: records that waited for an earlier one, which did not come, are judged without it.
  void finish();

  /// Sockets that could be told apart; each birth of a reused identity counts.
  [[nodiscard]] std::uint64_t sockets() const { return sockets_; }
  [[nodiscard]] std::uint64_t lost_records() const { return lost_; }
  /// How many of the connections that have not ended `wanted` says yes to.
  [[nodiscard]] std::uint64_t running(const std::function<bool(const ConnectionLife&)>& wanted) const;
  /// Lives that had to be forgotten before their end, because too many ran at once.
  [[nodiscard]] std::uint64_t forgotten() const { return lives_.forgotten(); }

 private:
  /// How surely the socket of a record is known.
  enum class Known : std::uint8_t { no, by_tuple, by_identity };

  struct Place {
    Known known;
    std::uint64_t key;
    TransitionVerdict verdict;
  };
  /// A record that stands in the log before the one that it follows.
  struct Early {
    std::uint64_t line = 0;
    std::uint64_t key = 0;
  };

  Flow minisocket(Transition record);
  Known identify(const Transition& record, std::uint64_t& key) const;
  void report_illegal(const Transition& record, const Judgement& judgement, const Life* before);
  void follow(const Transition& record, Known known, const Life* before, std::uint64_t key);
  static bool is_birth(const Transition& record);
  static bool fits(const Transition& record, const Life* before);
  /// Makes the record part of its life, even if it does not follow.
  Flow take(const Transition& record, const Place& place);
  [[nodiscard]] Flow end(const Transition& record, const Life& life) const;
  /// If very many records of the socket wait, the first waits no longer.
  void make_room(std::uint64_t key);
  void hold(const Transition& record, std::uint64_t key);
  void take_what_fits(std::uint64_t key);
  void give_up(Early early);
  void report_gap(const Transition& record, Known known, const Life& before);
  /// Whether records are missing after the last one of this life, as the source itself says.
  [[nodiscard]] bool has_gap_after(const Life& before) const { return before.line() < gap_line_; }
  void report_missing_start(const Transition& record, Known known, std::uint64_t key);
  void judge_dwell(const Transition& record);

  const KernelLimits& limits_;
  PairCounts& pairs_;
  TellFinding say_;
  Use use_;
  Ended ended_;
  KeyedHash hash_;
  LifeTable<Life> lives_;
  std::unordered_map<std::uint64_t, std::deque<Transition>> held_;  ///< wait for the record before them
  std::deque<Early> waiting_;  ///< all of held_ by line, and some that have been taken since
  IdentityWindow closed_;
  std::uint64_t sockets_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lost_line_ = 0;
  std::uint64_t gap_line_ = 0;  ///< the last place where records are missing, lost or never written
};

/// Says that LifeChecker::forgotten() is not zero.
std::string forgotten_sentence(std::uint64_t forgotten);

}  // namespace tcpstat::trace
