#pragma once
// Steps to CLOSE wait here for the RST that this host may send after them. __tcp_close(), tcp_disconnect() and
// tcp_rcv_state_process() store the state and then send; tcp_abort(), tcp_out_of_resources() and the keepalive timer
// send first. All other steps queue behind those that wait, so that the order is kept.

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "model/pending_resets.h"
#include "parsers/bpf/companions.h"
#include "parsers/bpf/ring_record.h"

namespace tcpstat::bpf {

class HeldSteps {
 public:
  struct Step {
    ring_record record;
    std::optional<bool> peer_reset;
    std::optional<bool> reset_sent;
    std::uint8_t reason = RING_REASON_NONE;
    Companion companion = {};
    std::uint64_t waits_until_ns = 0;  ///< by the clock of records; 0: it does not wait
  };
  using Tell = std::function<void(const Step&)>;

  /// How long a step waits for its RST. A softirq sends it while it handles the same packet; a process that closes may
  /// be preempted between the two.
  static constexpr std::uint64_t kLongest_ns = 50'000'000;
  static constexpr std::uint64_t kWhereOrderly_ns = 2'000'000;

  /// Takes a record of any kind.
  void add(const ring_record& record);
  /// Tells that records were lost here, or that a program missed a reset: a step without a recorded RST may have had
  /// one.
  void lost();
  /// Hands over, in order, the steps up to the first that still waits at `now_ns`.
  void release(std::uint64_t now_ns, const Tell& tell);
  /// Hands over all.
  void release_all(const Tell& tell) { release(UINT64_MAX, tell); }
  [[nodiscard]] bool empty() const { return steps_.empty(); }

 private:
  struct Sent {
    std::uint64_t socket;
    std::uint64_t time;
    std::uint8_t reason;
  };

  void add_step(const ring_record& record);
  void add_sent(const ring_record& record);

  std::deque<Step> steps_;
  PendingResets received_;
  Companions companions_;
  std::array<Sent, 64> sent_{};  ///< RSTs whose steps are still to come: at most one per processor and context
  std::size_t next_ = 0;
};

}  // namespace tcpstat::bpf
