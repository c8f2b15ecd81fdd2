#pragma once
// Transitions and lives for tests, and what each format makes of them.

#include <doctest/doctest.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "render/transition_writer.h"
#include "support/fixtures.h"
#include "support/render.h"

namespace tcpstat::render {

using test::Rendering;

constexpr UnseenPath unseen(std::initializer_list<Seen> states) {
  UnseenPath path;
  for (const Seen seen : states) path.add(seen);
  return path;
}

inline constexpr std::array<Seen, 1> kPath = {State::fin_wait1};
inline constexpr std::array kPaths = {unseen({State::fin_wait1, State::fin_wait2}),
                                      unseen({State::fin_wait1, State::closing})};

inline Transition closed() {
  Transition out;
  out.observed = Observed::sampled;
  out.local = test::endpoint("192.0.2.1", 443);
  out.remote = test::endpoint("198.51.100.7", 50'000);
  out.cookie = 0xFFFF'FFFF'FFFF'FFFF;
  out.from = State::established;
  out.to = State::time_wait;
  out.dwell = std::chrono::milliseconds(61'500);
  return out;
}

inline Transition listening() {
  Transition out;
  out.observed = Observed::sampled;
  out.local = test::endpoint("::", 22);
  out.to = State::listen;
  return out;
}

inline std::string written_transitions(std::string_view format, std::size_t width = 0) {
  Rendering rendering("table");
  rendering.settings.facts.host = "ho\"st";
  rendering.settings.width = width;
  const auto writer = find_format(format)->transitions(rendering.settings);
  REQUIRE(writer != nullptr);
  writer->sample({7, "2026-01-02T03:04:05.678Z", "04:04:05"});
  writer->transition(closed(), {TransitionVerdict::legal, "3 steps, \"unseen\"", "somewhere", kPath, kPaths});
  writer->transition(listening(), {TransitionVerdict::legal, "one step", "somewhere", {}, {}});
  writer->sample_end();
  Report report;
  report.facts = rendering.settings.facts;
  report.selected = StateSet::all();
  TransitionCounts counts;
  counts.samples = 9;
  for (int i = 0; i < 2; ++i) counts.verdicts.add(TransitionVerdict::legal);
  writer->finish(report, counts);
  return rendering.text();
}

inline std::vector<std::string> lines(const std::string& text) { return test::lines_of(text); }

inline ConnectionLife reset_life() {
  ConnectionLife out;
  out.local = test::endpoint("192.0.2.1", 40'000);
  out.remote = test::endpoint("198.51.100.7", 443);
  out.socket = "426c07f0d5782747";
  out.opening = Opening::active;
  out.states = {{State::syn_sent, EventTime(57)}, {State::established, EventTime(3'149)}};
  out.began = EventTime(1'000'000);
  out.ended = EventTime(1'003'206);
  out.handshake = EventTime(57);
  out.ending = Ending::reset;
  out.reset_by = ResetBy::peer;
  return out;
}

inline std::string lives(std::string_view format, const ConnectionLife& life, std::size_t width = 0) {
  Rendering rendering("table");
  rendering.settings.width = width;
  const auto writer = find_format(format)->lives(rendering.settings);
  writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
  writer->life(life);
  writer->sample_end();
  TransitionCounts counts;
  counts.lost_records = 0;
  counts.trace = TraceSummary{};
  counts.trace->lives = 1;
  counts.trace->groups = {
      {Opening::passive, test::endpoint("192.0.2.1", 80), {{State::established, 3, {}, {}, {}, EventTime(9)}}}};
  writer->finish({}, counts);
  return rendering.text();
}

}  // namespace tcpstat::render
