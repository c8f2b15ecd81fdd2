#include "parsers/records/recorded_rows.h"

#include <algorithm>

#include "base/quantity_text.h"
#include "base/timestamp.h"
#include "record/recorded_facts.h"
#include "record/row_columns.h"

namespace tcpstat::records {
namespace {

using std::chrono::microseconds;

class IntoSample final : public Sink {
 public:
  explicit IntoSample(logs::SavedSample& to) : to_(to) {}
  Flow connection(const Connection& row) override {
    to_.add(row);
    return Flow::more;
  }
  Flow listener(const Listener& row) override {
    to_.add(row);
    return Flow::more;
  }

 private:
  logs::SavedSample& to_;
};

/// What the writer could not see or keep.
void tell_flags(const record::FrameHeader& header, Coverage& coverage) {
  if ((header.flags & record::partial_dump) != 0) {
    coverage.lose("record_partial", "the recorded dump was not complete: rows may be missing");
  }
  if ((header.flags & record::owners_incomplete) != 0) {
    coverage.warn("record_owners", "the owners of some sockets were not looked for in this sample");
  }
}

}  // namespace

logs::SavedSample::Facts facts_of(const record::Table& table) {
  logs::SavedSample::Facts facts;
  for (const auto& [name, value] : table.facts()) {
    if (name == "host") facts.host = value;
    if (name == "kernel") facts.kernel = value;
    if (name == "netns") facts.netns = std::strtoull(value.c_str(), nullptr, 10);
  }
  return facts;
}

std::optional<std::uint64_t> RecordedCounts::open_files_limit(std::uint32_t pid) const {
  for (const OpenFilesLimit& one : open_files) {
    if (one.pid == pid) return one.limit;
  }
  return std::nullopt;
}

RecordedCounts counts_of(const RecordStore& store, const record::FrameHeader& sample) {
  RecordedCounts found;
  Coverage damages;
  const Time at(sample.wall_ns);
  static_cast<void>(store.counts(
      at, at, damages, [&](const record::FileHeader&, const record::FrameHeader& header, const record::Table& counts) {
        if (header.sample != sample.sample) return;
        found = {record::facts_from(counts), record::open_files_from(counts), record::states_from(counts)};
      }));
  found.facts.boot_time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::nanoseconds(sample.boot_ns));
  return found;
}

void tell_limit(const record::FrameHeader& sample, const RecordedCounts& counts, Coverage& coverage) {
  if ((sample.flags & record::rows_limited) == 0) return;
  coverage.chosen_part = true;
  coverage.counted = counts.sockets;
  coverage.lose("record_limited", "of " + counted(sample.sockets, "socket") + " " + std::to_string(sample.rows) +
                                      (sample.rows == 1 ? " was" : " were") + " recorded; " +
                                      (counts.sockets ? "the numbers by state and of listeners are those of all"
                                                      : "the numbers of all are not in this file"));
}

void tell_owners(const record::FrameHeader& sample, const filter::Query& query, Coverage& coverage) {
  if ((sample.flags & record::owners_incomplete) == 0 || !query.filter.needs_owners()) return;
  coverage.lose("owners_outdated",
                "rows are selected by owners, and those of some may have changed before this sample");
}

std::optional<std::chrono::milliseconds> oldest_info(const record::Table& table, std::uint64_t boot_ms) {
  const auto& columns = table.columns();
  const auto column =
      std::find_if(columns.begin(), columns.end(), [](const auto& one) { return one.name == record::kInfoTimeName; });
  if (column == columns.end()) return std::nullopt;
  std::optional<std::chrono::milliseconds> oldest;
  for (std::size_t slot = 0; slot < table.slots(); ++slot) {
    if (!table.is_used(slot)) continue;
    const auto stored = record::from_cell(table.row(slot)[static_cast<std::size_t>(column - columns.begin())]);
    if (!stored || *stored > boot_ms) continue;
    oldest = std::max(oldest.value_or(std::chrono::milliseconds(0)), std::chrono::milliseconds(boot_ms - *stored));
  }
  return oldest;
}

std::unique_ptr<logs::SavedSample> loaded_sample(const RecordStore& store, RecordedNames& names) {
  auto sample = std::make_unique<logs::SavedSample>();
  const record::FrameHeader& header = store.header();
  sample->facts = facts_of(store.table());
  sample->facts.time = timestamp(std::chrono::floor<microseconds>(std::chrono::nanoseconds(header.wall_ns)));
  Coverage& coverage = sample->coverage;
  tell_flags(header, coverage);
  // /proc does not show bound sockets.
  if (store.file_header().identity == record::Identity::ends)
    coverage.visible = coverage.visible - StateSet{State::close};
  sample->expect(store.table().rows());
  IntoSample rows(*sample);
  const auto boot_ms = static_cast<std::uint64_t>(header.boot_ns / 1'000'000);
  const std::uint64_t unknown = record::unpack(store.table(), boot_ms, names, rows);
  if (unknown > 0) {
    coverage.lose("record_unknown_states", counted(unknown, "row") + (unknown == 1 ? " is" : " are") +
                                               " in states that this tcpstat does not know");
  }
  sample->users = names.take_users();
  return sample;
}

}  // namespace tcpstat::records
