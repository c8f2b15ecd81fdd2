#include "detect/pool.h"

#include <algorithm>

namespace tcpstat::detect {
namespace {

/// A listener with a greater share of all aged requests is judged by itself.
constexpr double kNearlyAll = 0.8;

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void add_counts(SynListener& to, const SynListener& from) {
  to.sockets += from.sockets;
  to.add_half_opens(from);
  append(to.backlogs, from.backlogs);
  if (from.drops) to.drops = to.drops.value_or(0) + *from.drops;
}

void add_requests(ListenerView& to, const ListenerView& from) {
  append(to.requests, from.requests);
  append(to.aged, from.aged);
  append(to.aged_before, from.aged_before);
  append(to.followed, from.followed);
  for (std::size_t i = 0; i < kRounds; ++i) to.by_rounds[i] += from.by_rounds[i];
  if (from.oldest_s) to.oldest_s = std::max(to.oldest_s.value_or(0), *from.oldest_s);
}

}  // namespace

std::unique_ptr<const Pool> pool_of(const std::vector<const ListenerView*>& listeners) {
  if (listeners.size() < 2) return nullptr;
  auto out = std::make_unique<Pool>();
  out->view.emplace(host_view(listeners.front()->input));
  ListenerView& view = *out->view;
  view.now = &out->now;
  view.host = listeners.front()->host;
  std::size_t most = 0;
  bool all_before = true;
  bool limits_known = true;
  for (const ListenerView* one : listeners) {
    add_counts(out->now, *one->now);
    add_requests(view, *one);
    most = std::max(most, one->aged.size());
    limits_known = limits_known && !one->now->backlogs.empty();
    all_before = all_before && one->before != nullptr;
    if (one->before != nullptr) add_counts(out->before, *one->before);
  }
  if (!limits_known) out->now.backlogs.clear();
  if (all_before) view.before = &out->before;
  if (static_cast<double>(most) > kNearlyAll * static_cast<double>(view.aged.size())) return nullptr;
  return out;
}

}  // namespace tcpstat::detect
