#include "survey/summarizer.h"

#include <algorithm>
#include <string>

namespace tcpstat::survey {
namespace {

/// How full the accept queue is; an unknown one counts as empty.
double fill(const Listener& row) {
  return row.accept_limit ? row.accept_queue.value_or(0) / (1.0 + *row.accept_limit) : 0;
}

/// Full queues first, then the fuller ones, then more half-opens, then by address and port.
bool more_trouble(const Listener& a, const Listener& b) {
  if (is_full(a) != is_full(b)) return is_full(a);
  if (fill(a) != fill(b)) return fill(a) > fill(b);
  if (a.syn_recv != b.syn_recv) return a.syn_recv.value_or(0) > b.syn_recv.value_or(0);
  return a.local < b.local;
}

}  // namespace

Summary Summarizer::summary(const Report& report) {
  Summary out;
  out.details = true;
  out.keys = {"state", "family"};
  const StateSet counted = report.counted();
  for (const StateInfo& state : states()) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      const bool there = counted.has(state.state) && (family == Family::ipv4 ? report.ipv4 : report.ipv6);
      Group group{{std::string(state.name), std::string(name(family))}, std::nullopt};
      if (there) group.count = report.tally.count(state.state, family);
      out.groups.push_back(std::move(group));
    }
  }
  for (const Phase phase : kPhases) {
    Group group{{std::string(name(phase))}, std::nullopt};
    for (const StateInfo& state : states()) {
      if (state.phase != phase || !counted.has(state.state)) continue;
      group.count = group.count.value_or(0) + report.tally.count(state.state);
    }
    out.phases.push_back(std::move(group));
  }
  out.listeners = listeners_.listeners();
  std::stable_sort(out.listeners.begin(), out.listeners.end(), more_trouble);
  out.top_remotes = top_.addresses();
  out.top_prefixes = top_.prefixes();
  return out;
}

}  // namespace tcpstat::survey
