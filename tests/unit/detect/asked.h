#pragma once
// One heuristic by itself: what it makes of inputs that are written down here, and nothing that others measured.

#include <chrono>
#include <cmath>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "detect/measurements.h"
#include "detect/scene.h"
#include "report/rule.h"

namespace tcpstat::test {

/// "0.5 >= 0.3 ratio, +2, sock_diag": all that a piece of evidence says, to six digits behind the point.
inline std::string told(const Evidence* one) {
  if (one == nullptr) return "nothing";
  const auto number = [](std::optional<double> value) {
    return value ? number_text(std::round(*value * 1e6) / 1e6) : "unknown";
  };
  std::string out = number(one->value);
  if (!one->op.empty()) out += " " + one->op + " " + number(one->limit);
  out += " " + one->unit + ", ";
  out += (one->weight > 0 ? "+" : "") + number_text(one->weight) + ", " + one->source;
  return out;
}

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
  /// The same of requests that are there, by their listener.
  void ask_about(const Heuristic& heuristic, const SynListener& now, const std::vector<HalfOpen>& requests) {
    ListenerView view = host_view(input);
    view.now = &now;
    view.host = &host;
    for (const HalfOpen& entry : requests) {
      view.requests.push_back(&entry);
      if (!entry.deferred() && entry.rounds() > 0) view.aged.push_back(&entry);
    }
    heuristic.judge(view, {}, signals);
  }
  [[nodiscard]] std::string told(std::string_view quantity) const { return test::told(said(quantity)); }
  [[nodiscard]] const Evidence* said(std::string_view quantity) const {
    for (const Evidence& one : signals.evidence) {
      if (one.quantity == quantity) return &one;
    }
    return nullptr;
  }
};

}  // namespace tcpstat::test
