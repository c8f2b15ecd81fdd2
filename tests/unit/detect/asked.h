#pragma once
// One heuristic by itself: what it makes of inputs that are written down here, and nothing that others measured.

#include <chrono>
#include <ostream>
#include <string_view>

#include "detect/measurements.h"
#include "detect/scene.h"

namespace tcpstat::test {

/// Two samples of nothing, five seconds apart, with counters that are all known and zero.
struct Asked {
  SynSample first;
  SynSample second;
  SynInput input;
  Measurements host;     ///< what the host's heuristics left before
  Measurements signals;  ///< what was there before, and what the heuristic leaves

  Asked() {
    input.now = &second;
    input.before = &first;
    input.facts = zero_facts();
    input.facts_before = zero_facts();
    input.apart = std::chrono::seconds(5);
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  /// Only one sample was taken.
  void alone() {
    input.before = nullptr;
    input.facts_before.reset();
    input.apart.reset();
  }
  void ask_host(const Heuristic& heuristic) { heuristic.judge(host_view(input), {}, signals); }
  void ask(const Heuristic& heuristic, const SynListener* before, const SynListener* now) {
    ListenerView view = host_view(input);
    view.before = before;
    view.now = now;
    view.host = &host;
    heuristic.judge(view, {}, signals);
  }
  [[nodiscard]] const Evidence* said(std::string_view quantity) const {
    for (const Evidence& one : signals.evidence) {
      if (one.quantity == quantity) return &one;
    }
    return nullptr;
  }
};

}  // namespace tcpstat::test
