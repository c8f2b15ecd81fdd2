#include "parsers/bpf/held_steps.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "model/state.h"

namespace tcpstat::bpf {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

ring_record held_step(std::uint64_t socket, State from, State to, std::uint64_t time_ms) {
  ring_record out{};
  out.kind = RING_TRANSITION;
  out.socket = socket;
  out.from = static_cast<__u8>(from);
  out.to = static_cast<__u8>(to);
  out.time = time_ms * kMs;
  return out;
}
ring_record received(std::uint64_t socket) {
  ring_record out{};
  out.kind = RING_RESET;
  out.socket = socket;
  return out;
}
ring_record sent(std::uint64_t socket, std::uint64_t time_ms, ring_reset_reason reason = RING_REASON_ABORT) {
  ring_record out{};
  out.kind = RING_RESET_SENT;
  out.socket = socket;
  out.time = time_ms * kMs;
  out.reason = static_cast<__u8>(reason);
  return out;
}

/// "1 sent 8": socket, whose RST, and the number of its reason.
std::string released(HeldSteps& steps, std::uint64_t now_ms) {
  std::string out;
  steps.release(now_ms * kMs, [&](const HeldSteps::Step& one) {
    out += (out.empty() ? "" : ", ") + std::to_string(one.record.socket);
    if (one.peer_reset == true) out += " received";
    if (one.reset_sent == true) out += " sent " + std::to_string(one.reason);
    if (one.reset_sent == false) out += " silent";
  });
  return out;
}

TEST_CASE("steps that no RST follows are handed over at once") {
  HeldSteps steps;
  steps.add(held_step(1, State::syn_sent, State::established, 10));
  steps.add(held_step(2, State::last_ack, State::close, 10));
  steps.add(held_step(3, State::syn_sent, State::close, 10));
  steps.add(held_step(4, State::closing, State::close, 10));
  steps.add(held_step(5, State::time_wait, State::close, 10));
  steps.add(held_step(6, State::listen, State::close, 10));
  CHECK(released(steps, 10) == "1, 2, 3, 4, 5, 6");
  CHECK(steps.empty());
}

TEST_CASE("an RST behind the step says who ended it, and why; what came later waits for it") {
  HeldSteps steps;
  steps.add(held_step(1, State::established, State::close, 10));
  steps.add(held_step(2, State::syn_sent, State::established, 11));
  CHECK(released(steps, 12).empty());
  steps.add(sent(1, 13, RING_REASON_ABORT_ON_CLOSE));
  CHECK(released(steps, 13) == "1 sent " + std::to_string(RING_REASON_ABORT_ON_CLOSE) + ", 2");
}

TEST_CASE("an RST before the step") {
  HeldSteps steps;
  steps.add(sent(1, 9, RING_REASON_KEEPALIVE_TIMEOUT));
  steps.add(held_step(1, State::close_wait, State::close, 10));
  CHECK(released(steps, 10) == "1 sent " + std::to_string(RING_REASON_KEEPALIVE_TIMEOUT));
  SUBCASE("counts once") { steps.add(held_step(1, State::close_wait, State::close, 11)); }
  SUBCASE("and not for what comes much later") {
    steps.add(sent(1, 11));
    steps.add(held_step(1, State::close_wait, State::close, 11 + HeldSteps::kLongest_ns / kMs));
  }
  CHECK(released(steps, 1000) == "1 silent");
}

TEST_CASE("the peer's RST is waited for no longer") {
  HeldSteps steps;
  steps.add(received(1));
  steps.add(held_step(1, State::established, State::close, 10));
  CHECK(released(steps, 10) == "1 received");
}

TEST_CASE("nobody sent one") {
  HeldSteps steps;
  steps.add(held_step(1, State::fin_wait2, State::close, 10));
  CHECK(released(steps, 11).empty());
  CHECK(released(steps, 12) == "1 silent");
  for (const State from : {State::established, State::syn_recv, State::close_wait, State::fin_wait1}) {
    CAPTURE(name(from));
    steps.add(held_step(2, from, State::close, 10));
    CHECK(released(steps, 59).empty());
    CHECK(released(steps, 60) == "2 silent");
  }
}

TEST_CASE("where records are missing nothing is said of an RST that was not seen") {
  HeldSteps steps;
  steps.add(held_step(1, State::established, State::close, 10));
  steps.add(held_step(2, State::established, State::close, 10));
  steps.add(sent(2, 10));
  steps.lost();
  steps.add(held_step(3, State::established, State::close, 10));
  CHECK(released(steps, 10) == "1, 2 sent " + std::to_string(RING_REASON_ABORT) + ", 3");
}

TEST_CASE("an RST for a socket of which only earlier steps wait is the next one's") {
  HeldSteps steps;
  steps.add(held_step(9, State::established, State::close, 10));
  steps.add(held_step(1, State::established, State::close_wait, 10));
  steps.add(sent(1, 11));
  steps.add(held_step(1, State::close_wait, State::close, 11));
  CHECK(released(steps, 1000) == "9 silent, 1, 1 sent " + std::to_string(RING_REASON_ABORT));
}

}  // namespace
}  // namespace tcpstat::bpf
