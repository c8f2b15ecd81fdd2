#include "survey/rate_sampler.h"

#include <algorithm>
#include <chrono>

namespace tcpstat::survey {

Sink& RateSampler::begin(Sink& next) {
  before_.swap(now_);
  now_.clear();
  std::sort(before_.begin(), before_.end(), [](const Record& a, const Record& b) { return a.socket < b.socket; });
  next_ = &next;
  return *this;
}

Flow RateSampler::connection(const Connection& row) {
  if (!row.cookie || row.tcp_info.empty()) return next_->connection(row);
  const Record now{{*row.cookie, row.netns}, clock_.now(), traffic_of(row.tcp_info)};
  now_.push_back(now);
  const auto before = std::lower_bound(before_.begin(), before_.end(), now.socket,
                                       [](const Record& record, const auto& socket) { return record.socket < socket; });
  if (before == before_.end() || before->socket != now.socket) return next_->connection(row);
  const std::chrono::duration<double> apart = now.when - before->when;
  const Rates rates = rates_between(before->traffic, now.traffic, apart.count());
  Connection with_rates = row;
  with_rates.rates = &rates;
  return next_->connection(with_rates);
}

}  // namespace tcpstat::survey
