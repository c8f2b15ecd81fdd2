#include "explain/numbered_end.h"

#include <algorithm>

namespace tcpstat::explain {
namespace {

using machine::Send;

constexpr int kDataLength = 100;

/// How many numbers a segment takes: SYN and FIN take one each (RFC 9293 §3.4).
int numbers_of(const NumberedSegment& segment) {
  const Send kind = segment.segment.kind;
  return segment.length + (kind == Send::syn || kind == Send::syn_ack || kind == Send::fin ? 1 : 0);
}

}  // namespace

std::string text(const NumberedSegment& segment) {
  std::string out = std::string(machine::text(segment.segment.kind)) + " seq=" + std::to_string(segment.seq);
  if (segment.ack) out += " ack=" + std::to_string(*segment.ack);
  if (segment.length > 0) out += " len=" + std::to_string(segment.length);
  return out;
}

NumberedSegment NumberedEnd::act(machine::Event event) { return numbered(end_.take(event).send, nullptr); }

NumberedSegment NumberedEnd::receive(const NumberedSegment& segment) {
  if (segment.segment.kind == Send::data) {
    take_in(segment);
    return numbered(Send::ack, nullptr);
  }
  const auto event = end_.event_of(segment.segment);
  if (!event) return {};
  const bool refused = refuses_ack_of(segment);
  const auto condition = refused ? machine::Condition::unacceptable_ack : machine::Condition::none;
  const Send answer = end_.take(*event, condition).send;
  if (!refused) take_in(segment);
  return numbered(answer, &segment);
}

/// RFC 9293 §3.10.7.3, first: in SYN-SENT the ACK has to be of our SYN.
bool NumberedEnd::refuses_ack_of(const NumberedSegment& segment) const {
  return end_.state() == State::syn_sent && segment.segment.kind == Send::syn_ack && segment.ack != next_;
}

void NumberedEnd::take_in(const NumberedSegment& segment) {
  const Send kind = segment.segment.kind;
  // A segment that comes a second time starts before the expected number.
  const bool opens = kind == Send::syn || kind == Send::syn_ack;
  if (opens || segment.seq == expected_) expected_ = segment.seq + numbers_of(segment);
}

NumberedSegment NumberedEnd::numbered(Send kind, const NumberedSegment* answered) {
  NumberedSegment out{end_.segment(kind), next_, expected_, 0};
  switch (kind) {
    case Send::nothing:
      return {};
    case Send::syn:
    case Send::syn_ack:
      // A new connection begins, or the same SYN goes out again.
      out.seq = 0;
      if (kind == Send::syn) out.ack = std::nullopt;
      next_ = 1;
      fin_.reset();
      return out;
    case Send::ack:
      return out;
    case Send::data:
      out.length = kDataLength;
      break;
    case Send::fin:
      out.seq = fin_.value_or(next_);
      fin_ = out.seq;
      break;
    case Send::rst:
      // §3.10.7.1: in answer to an ACK it takes its number from there.
      if (answered != nullptr) out.seq = answered->ack.value_or(0);
      out.ack = std::nullopt;
      return out;
    case Send::rst_ack:
      out.seq = 0;
      if (answered != nullptr) out.ack = answered->seq + numbers_of(*answered);
      return out;
  }
  next_ = std::max(next_, out.seq + numbers_of(out));
  return out;
}

}  // namespace tcpstat::explain
