#include "parsers/logs/saved_sample.h"

#include <utility>

#include "model/row_rules.h"
#include "parsers/procfs/byte_order_guess.h"

namespace tcpstat::logs {
namespace {

auto& rows_of(RowStore& rows, const Connection& /*kind*/) { return rows.connections(); }
auto& rows_of(RowStore& rows, const Listener& /*kind*/) { return rows.listeners(); }

bool is_other_state(const Connection& before, const Connection& after) { return before.state != after.state; }
bool is_other_state(const Listener& /*before*/, const Listener& /*after*/) { return false; }

}  // namespace

template <typename Row>
void SavedSample::keep(const Row& row, const Endpoint& remote, Alike alike) {
  auto& all = rows_of(rows, row);
  rows.keep(row);
  ++coverage.rows_read;
  std::uint64_t identity = identity_.of(row, remote);
  side_by_side_ = identity == last_ ? side_by_side_ + 1 : 0;
  last_ = identity;
  if (source::has_only_tuple(row)) {
    if (alike == Alike::kept) return;
    // The kernel lists two sockets of one tuple side by side; a repeated row comes later, from another read(2).
    if (alike == Alike::kept_side_by_side && side_by_side_ > 0) identity = identity_.of(row, remote, side_by_side_);
  }
  auto& places = std::is_same_v<Row, Listener> ? listeners_ : connections_;
  const auto [at, fresh] = places.emplace(identity, all.size() - 1);
  if (fresh) return;
  Row& before = all[at->second];
  if (is_other_state(before, row)) ++changed_;
  before = all.back();
  all.pop_back();
  --coverage.rows_read;
  ++coverage.duplicates_dropped;
}

void SavedSample::add(const Connection& row, Alike alike) { keep(row, row.remote, alike); }
void SavedSample::add(const Listener& row, Alike alike) { keep(row, {}, alike); }

void SavedSample::complete(Connection row, Alike alike) {
  row.origin = Origin::file;
  row.orphan = orphan_reason(row);
  row.flags.add(flags_of(row, KernelLimits{}));  // the sysctls were not saved
  add(row, alike);
}

void SavedSample::complete(Listener row, Alike alike) {
  row.origin = Origin::file;
  add(row, alike);
}

void SavedSample::hand_over(Sink& sink) {
  for (const Connection& row : rows.connections()) {
    if (sink.connection(row) == Flow::stop) return;
  }
  for (const Listener& row : rows.listeners()) {
    if (sink.listener(row) == Flow::stop) return;
  }
}

void SavedSample::read_in_other_order() {
  for (Connection& row : rows.connections()) {
    row.local.address = procfs::in_other_order(row.local.address);
    row.remote.address = procfs::in_other_order(row.remote.address);
  }
  for (Listener& row : rows.listeners()) row.local.address = procfs::in_other_order(row.local.address);
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
