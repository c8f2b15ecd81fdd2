#include "machine/tcp_end.h"

namespace tcpstat::machine {
namespace {

constexpr StateSet kOurFinOutstanding{State::fin_wait1, State::closing, State::last_ack};

}  // namespace

std::optional<Event> TcpEnd::event_of(const Segment& segment) const {
  const bool acks_our_fin = segment.acks_fin && kOurFinOutstanding.has(state_);
  switch (segment.kind) {
    case Send::nothing:
    case Send::data:
      return std::nullopt;
    case Send::syn:
      return Event::rcv_syn;
    case Send::syn_ack:
      return Event::rcv_syn_ack;
    case Send::ack:
      if (acks_our_fin) return Event::rcv_ack_of_fin;
      // An end that is not connected reacts to any ACK; for the others this one confirms nothing new.
      if (state_ == State::close || state_ == State::listen || state_ == State::syn_sent || state_ == State::syn_recv) {
        return Event::rcv_ack_of_syn;
      }
      return std::nullopt;
    case Send::fin:
      return acks_our_fin ? Event::rcv_fin_and_ack_of_fin : Event::rcv_fin;
    case Send::rst:
    case Send::rst_ack:
      return Event::rcv_rst;
  }
  return std::nullopt;
}

const Transition& TcpEnd::take(Event event, Condition condition) {
  if (condition == Condition::none && state_ == State::syn_recv) condition = origin_;
  const Transition& row = rfc9293(state_, event, condition);
  if (row.answer != Answer::moves) return row;
  // An active OPEN stays one through a simultaneous open (RFC 9293 §3.3.2, note 1).
  if (row.to == State::syn_sent) origin_ = Condition::active_origin;
  if (row.to != State::close && row.to != State::listen) opened_ = true;
  if (event == Event::rcv_fin || event == Event::rcv_fin_and_ack_of_fin) fin_received_ = true;
  if (row.to == State::close || row.to == State::listen) {
    origin_ = Condition::none;
    fin_received_ = false;
  }
  state_ = row.to;
  return row;
}

}  // namespace tcpstat::machine
