#pragma once
// Which sockets have a local port that the kernel chose: one dump tells their cookies, and rows of the next are marked.

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>

#include "model/sink.h"

namespace tcpstat::netlink {

/// Collects the cookies of a dump that the kernel filtered by autobound.
class AutoboundSockets final : public Sink {
 public:
  using Ports = std::pair<std::uint16_t, std::uint16_t>;

  /// `ports`: the range that the kernel chooses from. The kernel counts the port of any accepted socket as chosen;
  /// here, as in ss(8), it must be in that range.
  explicit AutoboundSockets(Ports ports) : ports_(ports) {}

  Flow connection(const Connection& row) override { return add(row); }
  Flow listener(const Listener& row) override { return add(row); }

  /// Nothing where it is not known: without a cookie.
  [[nodiscard]] std::optional<bool> has(const Socket& row) const {
    if (!row.cookie) return std::nullopt;
    const bool in_range = row.local.port >= ports_.first && row.local.port <= ports_.second;
    return in_range && cookies_.contains(*row.cookie);
  }

 private:
  Flow add(const Socket& row) {
    if (row.cookie) cookies_.insert(*row.cookie);
    return Flow::more;
  }

  Ports ports_;
  std::unordered_set<std::uint64_t> cookies_;
};

/// Marks rows on their way.
class AutoboundRows final : public Sink {
 public:
  AutoboundRows(const AutoboundSockets& chosen, Sink& next) : chosen_(chosen), next_(next) {}

  Flow connection(const Connection& row) override { return next_.connection(marked(row)); }
  Flow listener(const Listener& row) override { return next_.listener(marked(row)); }

 private:
  template <typename Row>
  [[nodiscard]] Row marked(Row row) const {
    row.autobound = chosen_.has(row);
    return row;
  }

  const AutoboundSockets& chosen_;
  Sink& next_;
};

}  // namespace tcpstat::netlink
