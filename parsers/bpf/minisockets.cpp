#include "parsers/bpf/minisockets.h"

#include <cstring>

namespace tcpstat::bpf {
namespace {

constexpr std::uint8_t kNewSynRecv = 12;  // TCP_NEW_SYN_RECV

Body body_of(const ring_record& record) { return record.from == kNewSynRecv ? Body::request : Body::time_wait; }

ObservedState state_of(const ring_record& record) {
  if (body_of(record) == Body::request) return State::syn_recv;
  return record.from == static_cast<std::uint8_t>(State::fin_wait2) ? State::fin_wait2 : State::time_wait;
}

/// Whether both records are of one minisocket: the kernel may have given its memory to another one.
bool is_same(const ring_record& a, const ring_record& b) {
  return body_of(a) == body_of(b) && a.isn == b.isn && a.local_port == b.local_port && a.remote_port == b.remote_port &&
         std::memcmp(a.addresses, b.addresses, sizeof a.addresses) == 0;
}

MinisocketEnd end_by(std::uint8_t ring_end) {
  switch (ring_end) {
    case RING_ENDS_COMPLETED:
      return MinisocketEnd::completed;
    case RING_ENDS_PRUNED:
      return MinisocketEnd::pruned;
    case RING_ENDS_LISTENER_GONE:
      return MinisocketEnd::listener_gone;
    default:
      return MinisocketEnd::expired;
  }
}

/// When the request began; nothing if the kernel does not know it.
std::optional<std::uint64_t> beginning_of(const ring_record& record) {
  if (record.began_ns == 0 || body_of(record) != Body::request) return std::nullopt;
  return record.began_ns;
}

MinisocketEnd end_by_cancelling(const ring_record& record) {
  return body_of(record) == Body::request ? MinisocketEnd::reset : MinisocketEnd::cut_short;
}

}  // namespace

void Minisockets::add(const ring_record& record, const Tell& tell) {
  switch (record.kind) {
    case RING_TIMER_STARTED:
      return started(record, tell);
    case RING_TIMER_CANCELLED:
      return cancelled(record, tell);
    case RING_TIMER_EXPIRES:
      return expires(record, tell);
    case RING_TIMER_EXPIRED:
      return expired(record, tell);
    default:
      return;
  }
}

Minisockets::Known* Minisockets::find(const ring_record& record) {
  const auto at = known_.find(record.socket);
  return at == known_.end() ? nullptr : &at->second;
}

Minisockets::Known* Minisockets::remember(const ring_record& record) {
  if (known_.size() >= most_) return nullptr;
  Known& known = known_[record.socket];
  known.since_ns = beginning_of(record);
  return &known;
}

void Minisockets::end(std::uint64_t address, std::uint64_t time_ns, MinisocketEnd how, const Tell& tell) {
  const auto at = known_.find(address);
  if (at == known_.end()) return;
  const Known known = at->second;
  known_.erase(at);
  std::optional<std::uint64_t> lasted;
  if (known.since_ns && time_ns >= *known.since_ns) lasted = time_ns - *known.since_ns;
  tell({known.last, time_ns, body_of(known.last), state_of(known.last), ObservedState::absent(), lasted, how});
}

void Minisockets::look_at(Known& known, const ring_record& record, const Tell& tell) {
  const bool is_new = known.last.kind == 0;
  if (!is_new && state_of(known.last) != state_of(record)) {
    std::optional<std::uint64_t> lasted;
    if (known.since_ns) lasted = record.time - *known.since_ns;
    tell({record, record.time, body_of(record), state_of(known.last), state_of(record), lasted, std::nullopt});
    known.since_ns = record.time;
  }
  known.last = record;
}

Minisockets::Known* Minisockets::find_same(const ring_record& record, const Tell& tell) {
  Known* known = find(record);
  if (known == nullptr || is_same(known->last, record)) return known;
  // The memory belongs to another minisocket now, so the first one has ended.
  const std::uint64_t ended = known->cancelled_ns != 0 ? known->cancelled_ns : record.time;
  end(record.socket, ended, end_by_cancelling(known->last), tell);
  return nullptr;
}

void Minisockets::started(const ring_record& record, const Tell& tell) {
  Known* known = find_same(record, tell);
  if (beginning_of(record)) {
    // The timer restarts. The record of the request's end, if one comes, brings the beginning: nothing need be
    // remembered.
    known_.erase(record.socket);
    return;
  }
  if (known != nullptr) {
    look_at(*known, record, tell);
    known->cancelled_ns = 0;
    known->firing = false;
    return;
  }
  if (known_.size() >= most_) return;
  Known& born = known_[record.socket];
  born.last = record;
  born.since_ns = record.time;
  tell({record, record.time, body_of(record), ObservedState::absent(), state_of(record), std::nullopt, std::nullopt});
}

void Minisockets::cancelled(const ring_record& record, const Tell& tell) {
  Known* known = find_same(record, tell);
  if (known == nullptr) known = remember(record);
  if (known == nullptr) return;
  look_at(*known, record, tell);
  if (record.reason == RING_ENDS_COMPLETED) return end(record.socket, record.time, MinisocketEnd::completed, tell);
  known->cancelled_ns = record.time;
  cancelled_.push_back({record.socket, record.time});
}

void Minisockets::expires(const ring_record& record, const Tell& tell) {
  Known* known = find_same(record, tell);
  if (known == nullptr) known = remember(record);
  if (known == nullptr) return;
  look_at(*known, record, tell);
  known->cancelled_ns = 0;
  known->firing = true;
  known->ends_by = record.reason;
  if (body_of(record) == Body::time_wait) end(record.socket, record.time, MinisocketEnd::expired, tell);
}

void Minisockets::expired(const ring_record& record, const Tell& tell) {
  const Known* known = find(record);
  if (known == nullptr || !known->firing) return;
  end(record.socket, record.time, end_by(known->ends_by), tell);
}

void Minisockets::settle(std::uint64_t now_ns, const Tell& tell) {
  while (!cancelled_.empty() && cancelled_.front().time_ns + kSettles_ns <= now_ns) {
    const Cancelled one = cancelled_.front();
    cancelled_.pop_front();
    const auto at = known_.find(one.address);
    if (at == known_.end() || at->second.cancelled_ns != one.time_ns) continue;
    end(one.address, one.time_ns, end_by_cancelling(at->second.last), tell);
  }
}

void Minisockets::lost() {
  known_.clear();
  cancelled_.clear();
}

}  // namespace tcpstat::bpf
