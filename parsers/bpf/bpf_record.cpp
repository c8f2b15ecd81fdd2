#include "parsers/bpf/bpf_record.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace tcpstat::bpf {
namespace {

std::optional<ObservedState> observed(std::uint8_t number) {
  constexpr std::uint8_t kNewSynRecv = 12;  // TCP_NEW_SYN_RECV
  if (number == kNewSynRecv) return ObservedState::request();
  if (number < 1 || number > kStateCount) return std::nullopt;
  return ObservedState(static_cast<State>(number));
}

/// `which`: 0 for the local end, 1 for the remote one.
Endpoint endpoint(const ring_record& record, std::size_t which, std::uint16_t port) {
  const std::size_t size = record.family == AF_INET6 ? 16 : 4;
  Endpoint out;
  out.address.family = record.family == AF_INET6 ? Family::ipv6 : Family::ipv4;
  std::memcpy(out.address.bytes.data(), std::begin(record.addresses) + which * size, size);
  out.port = port;
  return out;
}

std::size_t size_of(const ring_record& record) {
  if ((record.flags & RING_HAS_MORE) != 0) return RING_WHOLE;
  return record.family == AF_INET6 || record.kind == RING_ACTOR ? RING_LONG : RING_SHORT;
}

}  // namespace

std::optional<ring_record> read_record(std::span<const std::byte> bytes) {
  ring_record record{};
  if (bytes.size() < RING_SHORT) return std::nullopt;
  std::memcpy(&record, bytes.data(), std::min(bytes.size(), sizeof record));
  if (record.kind < RING_TRANSITION || record.kind > RING_ACTOR || bytes.size() < size_of(record)) return std::nullopt;
  return record;
}

std::optional<Transition> to_transition(const ring_record& record) {
  if (!protocol_of_number(record.protocol)) return std::nullopt;
  const auto from = observed(record.from);
  const auto to = observed(record.to);
  if (!from || !to) return std::nullopt;
  Transition transition = socket_of(record);
  transition.from = *from;
  transition.to = *to;
  transition.interface = record.interface;
  transition.by_followed = (record.flags & RING_FOLLOWED) != 0;
  return transition;
}

Transition socket_of(const ring_record& record) {
  Transition transition;
  transition.protocol = protocol_of_number(record.protocol).value_or(Protocol::tcp);
  transition.local = endpoint(record, 0, record.local_port);
  // A socket that listens has no other end.
  if (record.remote_port != 0) transition.remote = endpoint(record, 1, record.remote_port);
  if (record.cookie != 0) transition.cookie = record.cookie;
  transition.netns = record.netns;
  return transition;
}

std::optional<CloseCause> close_cause(std::uint8_t number) {
  static_assert(RING_CLOSE_OTHER == static_cast<int>(CloseCause::other) + 1);
  if (number == RING_CLOSE_UNKNOWN || number > RING_CLOSE_OTHER) return std::nullopt;
  return static_cast<CloseCause>(number - 1);
}

std::optional<ResetReason> reset_reason(std::uint8_t number) {
  // The ring's numbers have the same order, with NONE before them.
  static_assert(RING_REASON_OTHER == static_cast<int>(ResetReason::other) + 1);
  static_assert(RING_REASON_ABORT == static_cast<int>(ResetReason::abort) + 1);
  if (number == RING_REASON_NONE || number > RING_REASON_OTHER) return std::nullopt;
  return static_cast<ResetReason>(number - 1);
}

bool Repeats::is_repeat(const ring_record& record) {
  bool repeats = false;
  if ((record.flags & RING_RESCUED) != 0 && record.from != record.to) {
    for (std::size_t back = 1; back <= last_.size(); ++back) {
      const Step& step = last_[(next_ + last_.size() - back) % last_.size()];
      if (step.socket != record.socket) continue;
      repeats = step.from == record.from && step.to == record.to;
      break;
    }
  }
  last_[next_] = {record.socket, record.from, record.to};
  next_ = (next_ + 1) % last_.size();
  return repeats;
}

std::uint64_t Losses::before(const ring_record& record) {
  const auto end = processors_.begin() + static_cast<std::ptrdiff_t>(known_);
  auto at =
      std::find_if(processors_.begin(), end, [&](const Processor& one) { return one.number == record.processor; });
  if (at == end) {
    // There are more processors than are told apart: losses of the others are told at the next tick.
    if (known_ == processors_.size()) return 0;
    *at = {record.processor, 0};
    ++known_;
  }
  const std::uint32_t lost = record.lost - at->lost;
  // A count that is older than the last one: an interrupt came between the count and the place in the ring.
  if (lost > UINT32_MAX / 2) return 0;
  at->lost = record.lost;
  const std::uint64_t known = std::min<std::uint64_t>(lost, ahead_);
  ahead_ -= known;
  told_ += lost - known;
  return lost - known;
}

std::uint64_t Losses::up_to(std::uint64_t counted) {
  const std::uint64_t untold = counted > told_ ? counted - told_ : 0;
  told_ += untold;
  ahead_ += untold;
  return untold;
}

}  // namespace tcpstat::bpf
