#include "parsers/logs/saved_sample.h"

#include <utility>

#include "model/row_rules.h"

namespace tcpstat::logs {
namespace {

auto& rows_of(RowStore& rows, const Connection& /*kind*/) { return rows.connections(); }
auto& rows_of(RowStore& rows, const Listener& /*kind*/) { return rows.listeners(); }

bool is_other_state(const Connection& before, const Connection& after) { return before.state != after.state; }
bool is_other_state(const Listener& /*before*/, const Listener& /*after*/) { return false; }

}  // namespace

template <typename Row>
void SavedSample::keep(const Row& row, const Endpoint& remote) {
  auto& all = rows_of(rows, row);
  rows.keep(row);
  ++coverage.rows_read;
  const auto identity = identity_.of(row, remote);
  if (!identity) return;
  auto& places = std::is_same_v<Row, Listener> ? listeners_ : connections_;
  const auto [at, fresh] = places.emplace(*identity, all.size() - 1);
  if (fresh) return;
  Row& before = all[at->second];
  if (is_other_state(before, row)) ++changed_;
  before = all.back();
  all.pop_back();
  --coverage.rows_read;
  ++coverage.duplicates_dropped;
}

void SavedSample::complete(Connection row) {
  row.origin = Origin::file;
  row.orphan = orphan_reason(row);
  row.flags.add(flags_of(row, KernelLimits{}));  // the sysctls were not saved
  add(row);
}

void SavedSample::complete(Listener row) {
  row.origin = Origin::file;
  add(row);
}

SavedSample& SavedSamples::begin() {
  end();
  open_ = std::make_unique<SavedSample>();
  return *open_;
}

void SavedSamples::end() {
  if (open_ != nullptr) take_(std::exchange(open_, nullptr));
}

}  // namespace tcpstat::logs
