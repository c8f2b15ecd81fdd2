#include "check/performance.h"

namespace tcpstat::check {

std::vector<PerformanceValue> performance(const detect::SynSample& sample, const KernelFacts& facts,
                                          const Report& reading) {
  std::vector<PerformanceValue> out;
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  const auto counter = [&](const char* label, const std::optional<std::uint64_t>& value) {
    if (value) out.push_back({.label = label, .value = number(*value), .unit = "c"});
  };
  std::optional<double> room;
  for (const detect::SynListener& listener : sample.listeners) {
    for (const std::uint32_t backlog : listener.backlogs) room = room.value_or(0) + backlog + 1;
  }
  const auto rows = [&](State state, std::uint64_t count) {
    const bool known = reading.counted().has(state) && reading.coverage.counts_all();
    return known ? std::optional(number(count)) : std::nullopt;
  };
  const std::uint64_t half_open =
      reading.coverage.chosen_part ? reading.tally.count(State::syn_recv) : sample.half_open();
  out.push_back({.label = "syn_recv", .value = rows(State::syn_recv, half_open), .unit = "", .least = 0, .most = room});
  counter("listen_drops", facts.counters.listen_drops);
  counter("listen_overflows", facts.counters.listen_overflows);
  counter("syncookies_sent", facts.counters.syncookies_sent);
  for (const State state : {State::established, State::time_wait, State::close_wait}) {
    out.push_back(
        {.label = std::string(info(state).key), .value = rows(state, reading.tally.count(state)), .least = 0});
  }
  return out;
}

}  // namespace tcpstat::check
