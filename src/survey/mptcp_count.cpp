#include "survey/mptcp_count.h"

#include <string_view>

#include "survey/dump.h"

namespace tcpstat::survey {
namespace {

/// Counts no listeners, which are not connections.
class Counted final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    ++connections;
    if (std::string_view(row.ulp.data()) == "mptcp") ++subflows;
    return Flow::more;
  }
  Flow listener(const Listener& /*row*/) override { return Flow::more; }

  std::uint64_t connections = 0;
  std::uint64_t subflows = 0;
};

/// True if all rows came.
bool read(Host& host, const DumpPlan& plan, Counted& to) {
  const Dump dump = take(host, plan, to);
  return !dump.error && dump.report.coverage.complete;
}

}  // namespace

std::optional<MptcpCounts> count_mptcp(Host& host, const filter::Filter& filter) {
  DumpPlan plan;
  plan.query.filter = filter;
  // Listeners do not count, and for them the kernel would walk the listener table of all of TCP, which is large and
  // mostly empty (net/mptcp/mptcp_diag.c, mptcp_diag_dump_listeners()).
  plan.query.states = filter.states - StateSet{State::listen};
  if (plan.query.states.empty()) return MptcpCounts{};
  plan.query.mptcp = true;
  Counted connections;
  if (!read(host, plan, connections)) return std::nullopt;
  if (connections.connections == 0) return MptcpCounts{};
  plan.query.mptcp = false;
  plan.query.parts.tcp_info = true;
  Counted rows;
  if (!read(host, plan, rows)) return std::nullopt;
  return MptcpCounts{connections.connections, rows.subflows};
}

}  // namespace tcpstat::survey
