#include "survey/name_counter.h"

#include <algorithm>
#include <numeric>

#include "model/column_values.h"

namespace tcpstat::survey {
namespace {

std::uint64_t sockets_of(const NameMetrics& of) {
  return std::accumulate(of.states.begin(), of.states.end(), std::uint64_t{0});
}

}  // namespace

void NameCounter::add(std::string_view name, State state) {
  StateCounts* to = &others_;
  auto found = known_.find(name);
  if (found == known_.end() && !name.empty() && known_.size() < kMostKnown) {
    found = known_.emplace(name, StateCounts{}).first;
  }
  if (found != known_.end()) to = &found->second;
  ++(*to)[static_cast<std::size_t>(state)];
}

std::vector<NameMetrics> NameCounter::take() const {
  std::vector<NameMetrics> out;
  for (const auto& [name, states] : known_) out.push_back({name, states});
  std::stable_sort(out.begin(), out.end(),
                   [](const NameMetrics& a, const NameMetrics& b) { return sockets_of(a) > sockets_of(b); });
  NameMetrics others{std::nullopt, others_};
  for (std::size_t i = Metrics::kMostNames; i < out.size(); ++i) {
    for (std::size_t state = 0; state < others.states.size(); ++state) others.states[state] += out[i].states[state];
  }
  if (out.size() > Metrics::kMostNames) out.resize(Metrics::kMostNames);
  out.push_back(std::move(others));
  return out;
}

Flow UnitCounter::connection(const Connection& row) {
  counter_.add(column_values::unit_of(row, names_), row.state);
  return Flow::more;
}

Flow UnitCounter::listener(const Listener& row) {
  counter_.add(column_values::unit_of(row, names_), State::listen);
  return Flow::more;
}

Flow DestinationCounter::connection(const Connection& row) {
  const bool ours = row.state != State::close && row.state != State::syn_recv && settings_.is_ephemeral(row.local.port);
  if (!ours) return Flow::more;
  char text[kMaxEndpointText];
  const Endpoint remote = row.remote.unmapped();
  counter_.add(std::string_view(text, static_cast<std::size_t>(write_endpoint(text, remote) - text)), row.state);
  return Flow::more;
}

}  // namespace tcpstat::survey
