#include "survey/metrics_counter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <set>

namespace tcpstat::survey {
namespace {

std::uint64_t total(const StateCounts& states) {
  return std::accumulate(states.begin(), states.end(), std::uint64_t{0});
}

void add(StateCounts& to, const StateCounts& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

/// The sum is nothing as soon as one value is not known.
template <typename Number>
void add(std::optional<std::uint64_t>& to, const std::optional<Number>& value) {
  to = to && value ? std::optional(*to + *value) : std::nullopt;
}

}  // namespace

MetricsCounter::MetricsCounter(const KernelSettings& settings, CountProcesses processes,
                               const std::vector<std::uint16_t>& ports)
    : count_processes_(processes),
      settings_(settings),
      by_port_(kPorts),
      ports_are_chosen_(!ports.empty()),
      told_apart_(kPorts),
      ways_(WayHash{}) {
  for (const std::uint16_t port : ports) told_apart_[port] = true;
}

Flow MetricsCounter::connection(const Connection& row) {
  ++by_port_[row.local.port][static_cast<std::size_t>(row.state)];
  if (count_processes_ == CountProcesses::yes) count_owners(row, row.state);
  if (row.state == State::syn_recv) {
    half_opens_.add(row);
    if (half_open_prefixes_.size() < kMostPrefixes) {
      std::array<std::uint64_t, 2> network{};
      std::memcpy(network.data(), remote_prefix(row.remote.address).network.bytes.data(), sizeof network);
      half_open_prefixes_.insert(hash_(network));
    }
    return Flow::more;
  }
  receive_queued_ += row.recv_queue.value_or(0);
  send_queued_ += row.send_queue.value_or(0);
  if (row.state != State::close && settings_.is_ephemeral(row.local.port)) ways_.add(way_of(row.local, row.remote));
  return Flow::more;
}

Flow MetricsCounter::listener(const Listener& row) {
  ++by_port_[row.local.port][static_cast<std::size_t>(State::listen)];
  if (!ports_are_chosen_) told_apart_[row.local.port] = true;
  if (count_processes_ == CountProcesses::yes) count_owners(row, State::listen);
  const auto [at, is_new] = listeners_.try_emplace({row.local, row.interface});
  ListenerMetrics& one = at->second;
  if (is_new) {
    one = {row.local, row.interface, {}, row.accept_queue, row.accept_limit, row.syn_recv, row.drops};
    return Flow::more;
  }
  add(one.accept_queue, row.accept_queue);
  add(one.accept_limit, row.accept_limit);
  add(one.drops, row.drops);
  // Half-opens are not added: they are counted by endpoint, and each socket on it was given all of them.
  return Flow::more;
}

void MetricsCounter::count_owners(const Socket& row, State state) {
  if (row.owners.empty()) by_process_.add({}, state);
  // Processes of the same name are one series. A socket that they share counts once, so that the sum is that of
  // sockets.
  std::set<std::string_view> names;
  for (const Owner& owner : row.owners) {
    if (names.insert(owner.name).second) by_process_.add(owner.name, state);
  }
}

std::vector<PortMetrics> MetricsCounter::ports() const {
  std::vector<PortMetrics> out;
  PortMetrics others;
  for (std::size_t port = 0; port < kPorts; ++port) {
    PortMetrics one{static_cast<std::uint16_t>(port), {}};
    std::copy(by_port_[port].begin(), by_port_[port].end(), one.states.begin());
    if (told_apart_[port]) {
      out.push_back(one);
    } else {
      add(others.states, one.states);
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const PortMetrics& a, const PortMetrics& b) { return total(a.states) > total(b.states); });
  for (std::size_t i = Metrics::kMostPorts; i < out.size(); ++i) add(others.states, out[i].states);
  if (out.size() > Metrics::kMostPorts) out.resize(Metrics::kMostPorts);
  out.push_back(others);
  return out;
}

std::vector<ListenerMetrics> MetricsCounter::listeners() const {
  std::vector<ListenerMetrics> out;
  for (const auto& [key, listener] : listeners_) out.push_back(listener);
  const auto fill = [](const ListenerMetrics& of) {
    return std::pair(of.accept_queue.value_or(0) + of.half_open.value_or(0), of.drops.value_or(0));
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return fill(a) > fill(b); });
  return out;
}

Metrics MetricsCounter::metrics() const {
  Metrics out;
  out.ports = ports();
  out.listeners = listeners();
  if (out.listeners.size() > Metrics::kMostListeners) {
    out.listeners_left_out = out.listeners.size() - Metrics::kMostListeners;
    out.listeners.resize(Metrics::kMostListeners);
  }
  if (count_processes_ == CountProcesses::yes) out.processes = by_process_.take();
  out.receive_queued_bytes = receive_queued_;
  out.send_queued_bytes = send_queued_;
  out.ephemeral_ports = settings_.ephemeral_ports();
  if (const auto most = ways_.top(1); !most.empty()) out.ephemeral_ports_used = most.front().count;
  if (half_open_prefixes_.size() < kMostPrefixes) out.half_open_prefixes = half_open_prefixes_.size();
  if (const auto top = half_opens_.prefixes(); !top.empty()) out.half_open_per_prefix = top.front().count;
  return out;
}

}  // namespace tcpstat::survey
