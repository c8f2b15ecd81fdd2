#include "trace/life.h"

#include "model/kernel_timers.h"

namespace tcpstat::trace {
namespace {

constexpr ObservedState kClose = State::close;
constexpr ObservedState kListen = State::listen;
constexpr ObservedState kSynSent = State::syn_sent;

/// Whether both are known and differ; a port that is not chosen yet, or was given back, is 0.
bool ports_differ(const std::optional<Endpoint>& a, const std::optional<Endpoint>& b) {
  return a && b && a->port != 0 && b->port != 0 && a->port != b->port;
}

bool is_open(ObservedState state) { return state == ObservedState(State::established) || state == State::syn_recv; }

std::optional<Ending> ending_of(const Transition& last) {
  const auto from = last.from.seen();
  if (!from || last.to != kClose) return std::nullopt;
  switch (*from) {
    case State::syn_sent:
      return last.peer_reset == true ? Ending::refused : Ending::failed;
    case State::fin_wait2:
    case State::closing:
    case State::last_ack:
      if (last.peer_reset == true || last.reset_sent == true) return Ending::reset;
      if (last.close_cause == CloseCause::both_fins) return Ending::orderly;
      if (last.close_cause == CloseCause::gave_up) return Ending::timed_out;
      // A close(2) leaves FIN_WAIT2 before the peer closes, and a time-wait socket waits on. The others last until the
      // ACK, and no retries can be used up before the first timeout.
      if (last.close_cause || *from == State::fin_wait2 || !last.peer_reset) return std::nullopt;
      return last.dwell && *last.dwell < kTcpRtoMin ? std::optional(Ending::orderly) : std::nullopt;
    case State::established:
    case State::syn_recv:
    case State::fin_wait1:
    case State::close_wait:
      if (last.peer_reset == true || last.reset_sent == true) return Ending::reset;
      if (last.close_cause == CloseCause::gave_up) return Ending::timed_out;
      if (!last.peer_reset) return std::nullopt;
      // TCP_REPAIR closes without a word, too.
      return last.reset_sent && last.close_cause != CloseCause::other ? Ending::timed_out : Ending::dropped;
    case State::time_wait:
    case State::close:
    case State::listen:
      break;
  }
  return std::nullopt;
}

}  // namespace

Opening opening_of(const Transition& record) {
  if (record.to == kSynSent || record.from == kSynSent) return Opening::active;
  // A child of MPTCP is born in ESTABLISHED since Linux 6.3.
  const bool child =
      (record.to == ObservedState(State::syn_recv) && (record.from == kListen || record.from == kClose)) ||
      (record.to == ObservedState(State::established) && record.from == kListen);
  return child ? Opening::passive : Opening::unknown;
}

Life::Life(const Transition& record, Follows birth) : protocol_(record.protocol) {
  if (birth == Follows::no) {
    complete_ = false;
    state_ = record.from;
    since_[stays_] = kUnknown;
    states_[stays_++] = record.from;
    connection_ = record.from != kListen && record.from != kClose;
  }
  opening_ = opening_of(record);
  enter(record);
}

void Life::step(const Transition& record, Follows follows) {
  if (follows == Follows::no) complete_ = false;
  enter(record);
}

bool Life::is_another(const Transition& record) const {
  if (cookie_ && record.cookie) return *cookie_ != *record.cookie;
  // Addresses may be written in two ways (IPV6_ADDRFORM). Before Linux 6.15 a child is announced without a remote port
  // and with the local one of its listener, which need not be its own (TPROXY).
  return ports_differ(remote_, record.remote) || (remote_ && record.remote && ports_differ(local_, record.local));
}

void Life::take_ends(const Transition& record) {
  // A port that is not chosen yet, or was given back, is 0.
  if (record.local && (record.local->port != 0 || !local_)) local_ = record.local;
  if (record.remote && record.remote->port != 0) remote_ = record.remote;
}

void Life::enter(const Transition& record) {
  take_ends(record);
  if (record.cookie) cookie_ = record.cookie;
  if (record.handshake) handshake_ = record.handshake;
  line_ = record.line;
  if (record.to == ObservedState(State::closing)) {
    closed_first_ = ClosedFirst::both;
  } else if (!closed_first_ && is_open(record.from) && record.to == ObservedState(State::fin_wait1)) {
    closed_first_ = ClosedFirst::local;
  } else if (!closed_first_ && is_open(record.from) && record.to == ObservedState(State::close_wait)) {
    closed_first_ = ClosedFirst::remote;
  }
  connection_ = connection_ || (record.to != kListen && record.to != kClose && record.to.seen());
  const bool again = stays_ > 0 && state_ == record.to && record.from == record.to;
  state_ = record.to;
  if (again) return;
  if (stays_ == kMostStays) {
    complete_ = false;  // no way is so long: records of another socket, or a damaged log
    --stays_;
  }
  since_[stays_] = record.time.value_or(kUnknown);
  states_[stays_++] = record.to;
}

std::optional<EventTime> Life::since() const {
  const EventTime time = since_[stays_ - 1U];
  return time == kUnknown ? std::nullopt : std::optional(time);
}

ConnectionLife Life::so_far() const {
  ConnectionLife out;
  out.local = local_;
  out.remote = remote_;
  out.protocol = protocol_;
  out.opening = opening_;
  out.closed_first = closed_first_;
  out.complete = complete_;
  out.legal = legal_;
  out.handshake = handshake_;
  if (since_[0] != kUnknown) out.began = since_[0];
  for (std::size_t at = 0; at < stays_; ++at) {
    LifeStay stay{states_[at], {}};
    const bool left = at + 1U < stays_;
    if (left && since_[at] != kUnknown && since_[at + 1] != kUnknown) stay.lasted = since_[at + 1] - since_[at];
    const bool arrived = states_[at] == ObservedState(State::established) && since_[at] != kUnknown;
    if (arrived && out.began && states_[0] == kSynSent) out.handshake = since_[at] - *out.began;
    out.states.push_back(stay);
  }
  return out;
}

ConnectionLife Life::conclude(const Transition& last) const {
  ConnectionLife out = so_far();
  out.states.pop_back();  // CLOSE
  out.socket = last.socket;
  out.cookie = last.cookie;
  out.netns = last.netns;
  out.interface = last.interface;
  out.ended = since();
  out.ending = ending_of(last);
  out.bytes_sent = last.bytes_sent;
  out.bytes_received = last.bytes_received;
  if (out.ending == Ending::reset) out.reset_by = last.peer_reset == true ? ResetBy::peer : ResetBy::here;
  if (out.reset_by == ResetBy::here) out.reset_reason = last.reset_reason;
  return out;
}

}  // namespace tcpstat::trace
