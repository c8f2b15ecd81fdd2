#pragma once
// Lives of a socket as random walks through the tables of tests/fixtures/machine/tables.json, which another hand wrote:
// what the program under test judges is not what made the walk.

#include <rapidcheck.h>

#include <ostream>
#include <vector>

#include "machine/tables.h"

namespace tcpstat::test {

struct Step {
  State from;
  State to;
};
using Walk = std::vector<Step>;
using Samples = std::vector<Seen>;

/// Only steps that happen alone: races and what is out of reach belong to no ordinary life.
enum class Steps { ordinary, with_quirks };

inline std::vector<State> next_states(State from, Steps steps) {
  std::vector<State> next;
  for (const auto& row : tables()["traced"]) {
    const bool taken = row[2] == "normal" || (steps == Steps::with_quirks && row[2] == "quirk");
    if (taken && state(row[0]) == from) next.push_back(state(row[1]));
  }
  return next;
}

/// What the kernel never prints next, from that state.
inline std::vector<State> never_next(State from) {
  std::vector<State> never;
  for (const auto& row : tables()["illegal"]) {
    if (state(row[0]) == from) never.push_back(state(row[1]));
  }
  return never;
}

/// The whole life of one connection: born of connect() or of a listener, until CLOSE.
inline rc::Gen<Walk> life(Steps steps) {
  return rc::gen::exec([steps] {
    const bool active = *rc::gen::arbitrary<bool>();
    Walk walk{active ? Step{State::close, State::syn_sent} : Step{State::listen, State::syn_recv}};
    while (walk.back().to != State::close) {
      const State from = walk.back().to;
      walk.push_back({from, *rc::gen::elementOf(next_states(from, steps))});
    }
    return walk;
  });
}

/// What samples could show of that life, in order and without repetition. The tracepoint is silent about the time-wait
/// socket that may take over, so how that goes on is chosen here.
inline rc::Gen<Samples> visible(const Walk& walk) {
  return rc::gen::exec([walk] {
    Samples seen{kAbsent};
    for (const Step& step : walk) {
      if (step.to != State::close) seen.emplace_back(step.to);
    }
    const Seen last = seen.back();
    if ((last == State::fin_wait2 || last == State::closing) && *rc::gen::arbitrary<bool>())
      seen.emplace_back(State::time_wait);
    seen.push_back(kAbsent);
    return seen;
  });
}

/// Some of the samples, in order.
inline rc::Gen<Samples> some_of(const Samples& all) {
  return rc::gen::exec([all] {
    Samples some;
    for (const Seen seen : all) {
      if (*rc::gen::arbitrary<bool>()) some.push_back(seen);
    }
    return some;
  });
}

inline void showValue(const Step& step, std::ostream& out) { out << name(step.from) << '>' << name(step.to); }

}  // namespace tcpstat::test
