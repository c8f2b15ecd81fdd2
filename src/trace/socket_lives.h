#pragma once
// Transitions of a log, each judged by itself and as part of its socket's life. A life is known by `socket` or cookie;
// by addresses and ports it is a guess, because tuples come back and a log has more than one network namespace.

#include <cstdint>
#include <unordered_map>

#include "base/identity_window.h"
#include "base/keyed_hash.h"
#include "model/kernel_limits.h"
#include "trace/pair_counts.h"
#include "trace/remark.h"

namespace tcpstat::trace {

class SocketLives {
 public:
  /// Both are borrowed. Unknown limits: how long a state lasted is not judged.
  SocketLives(const KernelLimits& limits, PairCounts& pairs, Remarks say)
      : limits_(limits), pairs_(pairs), say_(std::move(say)) {}

  void transition(const LoggedTransition& record, std::uint64_t line);
  /// The log says that records are missing before this line.
  void lost(std::uint64_t count, std::uint64_t line);

  /// Sockets that could be told apart; each birth of a reused identity counts.
  [[nodiscard]] std::uint64_t sockets() const { return sockets_; }
  [[nodiscard]] std::uint64_t lost_records() const { return lost_; }

 private:
  struct Life {
    LoggedState state;
    std::uint64_t line = 0;
    std::optional<LogTime> since;
  };
  /// How well a record says whose it is.
  enum class Known : std::uint8_t { no, by_tuple, by_identity };

  Known identify(const LoggedTransition& record, std::uint64_t& key) const;
  void judge(const LoggedTransition& record, std::uint64_t line, const Life* before);
  void follow(const LoggedTransition& record, std::uint64_t line, Known known, const Life* before, std::uint64_t key);
  void broken(const LoggedTransition& record, std::uint64_t line, Known known, const Life& before);
  void unborn(const LoggedTransition& record, std::uint64_t line, Known known, std::uint64_t key);
  void dwell(const LoggedTransition& record, std::uint64_t line, const Life* before);

  const KernelLimits& limits_;
  PairCounts& pairs_;
  Remarks say_;
  KeyedHash hash_;
  std::unordered_map<std::uint64_t, Life> lives_;
  IdentityWindow closed_;
  std::uint64_t sockets_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lost_line_ = 0;
};

/// Beyond which no socket is in `state`, timer slack included; nothing where something has no bound or is not known.
std::optional<std::chrono::milliseconds> longest_dwell(State state, const KernelLimits& limits);

}  // namespace tcpstat::trace
