#include "survey/summarizer.h"

#include <string>

namespace tcpstat::survey {

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
  out.top_remotes = top_.addresses();
  out.top_prefixes = top_.prefixes();
  return out;
}

}  // namespace tcpstat::survey
