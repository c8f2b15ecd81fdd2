#pragma once
// Records of the ring buffer as transitions.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/transition.h"
#include "parsers/bpf/ring_record.h"

namespace tcpstat::bpf {

/// Nothing for bytes that are no record: too few, or of an unknown kind.
std::optional<ring_record> read_record(std::span<const std::byte> bytes);

/// The socket of a record: addresses, cookie, namespace.
Transition socket_of(const ring_record& record);

/// Without time, socket and line. Nothing for another protocol than TCP and MPTCP, or a state that is not known.
std::optional<Transition> to_transition(const ring_record& record);

/// Of an enum ring_close; nothing for a cause that is not known.
std::optional<CloseCause> close_cause(std::uint8_t number);
/// Nothing for a reason that is not given.
std::optional<ResetReason> reset_reason(std::uint8_t number);

/// Finds records that came twice: if an interrupt falls between the two programs, the second may take for missed what
/// the first has taken.
class Repeats {
 public:
  /// Whether a rescued record repeats the last one of its socket. Only shutdown(2) and close(2) of different processes
  /// store a state again; then from and to are the same, and the record is no repeat.
  bool is_repeat(const ring_record& record);

 private:
  struct Step {
    std::uint64_t socket;
    std::uint8_t from;
    std::uint8_t to;
  };
  /// What one softirq brings between the two: 300 packets (net.core.netdev_budget), some with two transitions, and what
  /// other processors do meanwhile.
  static constexpr std::size_t kWindow = 4096;
  std::vector<Step> last_ = std::vector<Step>(kWindow);  ///< of all sockets
  std::size_t next_ = 0;
};

/// Losses by processor, each told once, at the next record of its processor.
class Losses {
 public:
  /// How many records were lost between this one and the one before it of the same processor.
  std::uint64_t before(const ring_record& record);
  /// How many are still to be told when the kernel has counted so many of all processors.
  std::uint64_t up_to(std::uint64_t counted);

 private:
  struct Processor {
    std::uint16_t number;
    std::uint32_t lost;
  };
  std::array<Processor, 1024> processors_{};
  std::size_t known_ = 0;
  std::uint64_t told_ = 0;
  std::uint64_t ahead_ = 0;  ///< told by up_to(), and not yet seen in a record
};

}  // namespace tcpstat::bpf
