#pragma once
// The lives of requests and time-wait sockets, as their timers tell them. Each lives exactly as long as its timer. A
// cancelled timer may start again (the client repeats its SYN, a segment refreshes TIME_WAIT) or may be firing; the
// next record of the same socket tells which.

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

#include "model/transition.h"
#include "parsers/bpf/ring_record.h"

namespace tcpstat::bpf {

class Minisockets {
 public:
  struct Step {
    ring_record record;  ///< brings addresses and cookie
    std::uint64_t time_ns = 0;
    Body body = Body::request;
    ObservedState from;
    ObservedState to;
    std::optional<std::uint64_t> lasted_ns;  ///< time in `from`; nothing if its beginning was not seen
    std::optional<MinisocketEnd> end;
  };
  using Tell = std::function<void(const Step&)>;

  /// How long after it was cancelled a timer may start again.
  static constexpr std::uint64_t kSettles_ns = 50'000'000;
  /// At most this many living minisockets are followed.
  static constexpr std::size_t kMost = 262'144;

  explicit Minisockets(std::size_t most = kMost) : most_(most) {}

  /// Takes a record of one of the kinds RING_TIMER_…; ignores others.
  void add(const ring_record& record, const Tell& tell);
  /// Tells the end of those whose cancelled timer has not started again by `now_ns`.
  void settle(std::uint64_t now_ns, const Tell& tell);
  /// Tells that records were lost here. What became of the living ones is unknown, so all are forgotten.
  void lost();

 private:
  struct Known {
    ring_record last{};
    std::optional<std::uint64_t> since_ns;
    std::uint64_t cancelled_ns = 0;  ///< 0: it was not
    std::uint8_t ends_by = RING_ENDS_NONE;
    bool firing = false;
  };

  void started(const ring_record& record, const Tell& tell);
  void cancelled(const ring_record& record, const Tell& tell);
  void expires(const ring_record& record, const Tell& tell);
  void expired(const ring_record& record, const Tell& tell);
  /// Keeps the record as the latest of its minisocket, and tells a step if the state has changed.
  static void look_at(Known& known, const ring_record& record, const Tell& tell);
  Known* find(const ring_record& record);
  /// Finds the record's minisocket, and ends another one that had the same memory.
  Known* find_same(const ring_record& record, const Tell& tell);
  /// Follows one whose beginning was not told; null if too many are followed.
  Known* remember(const ring_record& record);
  void end(std::uint64_t address, std::uint64_t time_ns, MinisocketEnd how, const Tell& tell);

  struct Cancelled {
    std::uint64_t address;
    std::uint64_t time_ns;
  };

  std::size_t most_;
  std::unordered_map<std::uint64_t, Known> known_;
  std::deque<Cancelled> cancelled_;
};

}  // namespace tcpstat::bpf
