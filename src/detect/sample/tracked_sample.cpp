#include "detect/sample/tracked_sample.h"

#include <algorithm>

#include "detect/sample/tuple_hash.h"

namespace tcpstat::detect {
namespace {

// The kernel tells the seconds left, rounded down. If that is two less than the timeout, more than a second has passed.
constexpr std::int64_t kRoundedS = 2;

}  // namespace

TrackedSampler::TrackedSampler(const SynSample& listening, const KernelSettings& settings) : settings_(settings) {
  for (const SynListener& listener : listening.listeners) {
    if (listener.sockets > 0) unanswered_.emplace(listener.local, 0);
  }
}

/// The most specific listener, as SynSampler finds it.
std::uint64_t* TrackedSampler::place_of(const Endpoint& local) {
  const auto find = [this](const Address& address, std::uint16_t port) {
    const auto at = unanswered_.find({address, port});
    return at == unanswered_.end() ? nullptr : &at->second;
  };
  const Address address = local.address.unmapped();
  if (auto* exact = find(address, local.port)) return exact;
  if (auto* any = find(Address{address.family, {}}, local.port)) return any;
  return find(Address{Family::ipv6, {}}, local.port);
}

bool TrackedSampler::waits(const TrackedFlow& flow) const {
  const auto& timeout =
      flow.state == State::syn_recv ? settings_.conntrack_syn_recv_timeout : settings_.conntrack_syn_sent_timeout;
  return !timeout || !flow.left_s || *flow.left_s + kRoundedS <= *timeout;
}

void TrackedSampler::flow(const TrackedFlow& flow) {
  std::uint64_t* unanswered = place_of(flow.local);
  if (unanswered == nullptr) return;
  if (flow.state == State::close) {
    ++out_.reset;
    reset_sources_.add({tuple_hash(hash_, flow.local, flow.source), flow.source.address});
    return;
  }
  ++out_.half_open;
  if (!waits(flow)) return;
  ++out_.unanswered;
  ++*unanswered;
  sources_.add({tuple_hash(hash_, flow.local, flow.source), flow.source.address});
}

TrackedSample TrackedSampler::take() {
  out_.tracking = Tracking::read;
  for (const Source& source : sources_.sorted()) out_.sources.push_back(source.address);
  for (const Source& source : reset_sources_.sorted()) out_.reset_sources.push_back(source.address);
  for (const auto& [local, unanswered] : unanswered_) {
    if (unanswered <= out_.busiest_unanswered) continue;
    out_.busiest = local;
    out_.busiest_unanswered = unanswered;
  }
  return std::move(out_);
}

}  // namespace tcpstat::detect
