#include "parsers/bpf/held_steps.h"

#include <algorithm>

namespace tcpstat::bpf {
namespace {

/// How far back add_sent() looks for the step that an RST belongs to: steps of other processors may stand between.
constexpr std::size_t kFarthest = 1024;
constexpr std::uint8_t kClose = 7;  // TCP_CLOSE

/// How long after a step from this state to CLOSE an RST may follow; 0: none follows, or it would change nothing.
std::uint64_t wait_for(std::uint8_t from) {
  switch (static_cast<State>(from)) {
    case State::established:
    case State::syn_recv:
    case State::close_wait:
    case State::fin_wait1:
      return HeldSteps::kLongest_ns;
    case State::fin_wait2:
      return HeldSteps::kWhereOrderly_ns;
    case State::syn_sent:
    case State::closing:
    case State::last_ack:
    case State::time_wait:
    case State::close:
    case State::listen:
      break;
  }
  return 0;
}

}  // namespace

void HeldSteps::add(const ring_record& record) {
  switch (record.kind) {
    case RING_RESET:
      received_.add(record.socket);
      break;
    case RING_RESET_SENT:
      add_sent(record);
      break;
    case RING_ACTOR:
      companions_.add(record);
      break;
    default:
      add_step(record);
  }
}

void HeldSteps::add_sent(const ring_record& record) {
  std::size_t looked_at = 0;
  for (auto step = steps_.rbegin(); step != steps_.rend() && looked_at < kFarthest; ++step, ++looked_at) {
    if (step->record.socket != record.socket) continue;
    if (step->waits_until_ns == 0) break;  // an earlier step of the socket: the RST came before its step to CLOSE
    step->reset_sent = true;
    step->reason = record.reason;
    step->waits_until_ns = 0;
    return;
  }
  sent_[next_++ % sent_.size()] = {record.socket, record.time, record.reason};
}

void HeldSteps::add_step(const ring_record& record) {
  Step step{record, received_.settle(record.socket, static_cast<State>(record.to)), std::nullopt};
  if (record.kind == RING_TRANSITION) step.companion = companions_.settle(record.socket);
  const std::uint64_t wait = record.to == kClose ? wait_for(record.from) : 0;
  if (wait != 0 && step.peer_reset == false) {
    const auto sent = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& one) {
      return one.socket == record.socket && one.time + kLongest_ns > record.time;
    });
    if (sent == sent_.end()) {
      step.reset_sent = false;
      step.waits_until_ns = record.time + wait;
    } else {
      step.reset_sent = true;
      step.reason = sent->reason;
      *sent = {};
    }
  }
  steps_.push_back(step);
}

void HeldSteps::lost() {
  received_.lost();
  companions_.lost();
  for (Step& step : steps_) {
    if (step.reset_sent == false) step.reset_sent.reset();
    step.waits_until_ns = 0;
  }
}

void HeldSteps::release(std::uint64_t now_ns, const Tell& tell) {
  while (!steps_.empty() && steps_.front().waits_until_ns <= now_ns) {
    tell(steps_.front());
    steps_.pop_front();
  }
}

}  // namespace tcpstat::bpf
