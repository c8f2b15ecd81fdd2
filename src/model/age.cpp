#include "model/age.h"

#include <chrono>
#include <cstdint>

#include "model/kernel_timers.h"

namespace tcpstat::inline model {
namespace {

constexpr std::uint64_t milliseconds(std::chrono::milliseconds time) {
  return static_cast<std::uint64_t>(time.count());
}

std::optional<std::uint64_t> since(std::uint64_t full_ms, std::uint64_t left_ms) {
  if (left_ms > full_ms) return std::nullopt;
  return full_ms - left_ms;
}

/// When timeout number n (from 0) fires, counted from the SYN: 1 s, 3 s, 7 s, …
constexpr std::uint64_t timeout_end_ms(std::uint32_t n) {
  constexpr std::uint64_t kLongest = milliseconds(kTcpRtoMax);
  std::uint64_t end = 0;
  for (std::uint64_t timeout = milliseconds(kTcpTimeoutInit); n < UINT32_MAX; --n, timeout *= 2) {
    if (timeout >= kLongest) return end + kLongest * (std::uint64_t{n} + 1);
    end += timeout;
  }
  return end;
}
static_assert(timeout_end_ms(0) == 1'000 && timeout_end_ms(2) == 7'000 && timeout_end_ms(7) == 247'000);

std::optional<std::uint64_t> half_open_age(const Connection& connection, const KernelLimits& limits) {
  if (!limits.synack_retries || !connection.retransmits) return std::nullopt;
  const std::uint32_t passed = *connection.retransmits;
  if (passed > *limits.synack_retries) return std::nullopt;
  return since(timeout_end_ms(passed), *connection.timer_ms);
}

}  // namespace

std::optional<std::uint64_t> estimate_age(const Connection& connection, const KernelLimits& limits) {
  if (!connection.minisocket || !connection.timer_ms) return std::nullopt;
  switch (connection.state) {
    case State::time_wait:
      return since(milliseconds(kTcpTimewaitLen), *connection.timer_ms);
    case State::fin_wait2:
      if (!limits.fin_timeout_s) return std::nullopt;
      return since(std::uint64_t{*limits.fin_timeout_s} * 1000, *connection.timer_ms);
    case State::syn_recv:
      return half_open_age(connection, limits);
    case State::established:
    case State::syn_sent:
    case State::fin_wait1:
    case State::close:
    case State::close_wait:
    case State::last_ack:
    case State::listen:
    case State::closing:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace tcpstat::inline model
