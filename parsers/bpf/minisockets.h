#pragma once
// What the timers of requests and time-wait sockets say of their lives. Each lives exactly as long as its timer; one that
// is cancelled may start anew (the client repeats its SYN, a segment refreshes TIME_WAIT), or is firing, and the next
// record of the same one tells.

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
    ring_record record;  ///< whose: addresses, cookie
    std::uint64_t time_ns = 0;
    Body body = Body::request;
    ObservedState from;
    ObservedState to;
    std::optional<std::uint64_t> lasted_ns;  ///< in `from`; nothing where its beginning was not seen
    std::optional<MinisocketEnd> end;
  };
  using Tell = std::function<void(const Step&)>;

  /// So long one that was cancelled may start anew.
  static constexpr std::uint64_t kSettles_ns = 50'000'000;
  /// Of those that live no more than so many are followed.
  static constexpr std::size_t kMost = 262'144;

  explicit Minisockets(std::size_t most = kMost) : most_(most) {}

  /// One of the kinds RING_TIMER_….
  void add(const ring_record& record, const Tell& tell);
  /// Tells the end of those that did not start anew until then.
  void settle(std::uint64_t now_ns, const Tell& tell);
  /// Records are missing here: what becomes of those that live is not known.
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
  /// The record is the last one of it, and tells if its state is another one.
  static void look_at(Known& known, const ring_record& record, const Tell& tell);
  Known* find(const ring_record& record);
  /// Ends another one in the same memory.
  Known* find_same(const ring_record& record, const Tell& tell);
  /// One whose beginning was not told; null where there are too many.
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
