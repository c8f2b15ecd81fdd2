#pragma once
// A sample of a record as rows, and what is to be said of it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "filter/query.h"
#include "model/kernel_facts.h"
#include "model/owner.h"
#include "model/recorded_names.h"
#include "parsers/logs/saved_sample.h"
#include "parsers/records/record_store.h"
#include "report/tally.h"

namespace tcpstat::records {

/// What the table says of its host, without the time.
logs::SavedSample::Facts facts_of(const record::Table& table);

/// What was recorded beside the rows of a sample.
struct RecordedCounts {
  KernelFacts facts;                       ///< counters and settings
  std::vector<OpenFilesLimit> open_files;  ///< of processes that a rule asked about then
  std::optional<Tally> sockets;            ///< all that there were

  [[nodiscard]] std::optional<std::uint64_t> open_files_limit(std::uint32_t pid) const;
};

/// The counts of a sample; what is missing stays unknown.
RecordedCounts counts_of(const RecordStore& store, const record::FrameHeader& sample);

/// Tells that a sample kept only a part of the rows, and how many there were; nothing if it kept all.
void tell_limit(const record::FrameHeader& sample, const RecordedCounts& counts, Coverage& coverage);

/// Tells that the rows are selected by owners, of which this sample looked for none.
void tell_owners(const record::FrameHeader& sample, const filter::Query& query, Coverage& coverage);

/// How old the oldest tcp_info is in a sample that was taken at `boot_ms`; nothing if no row has one.
std::optional<std::chrono::milliseconds> oldest_info(const record::Table& table, std::uint64_t boot_ms);

/// The rows of the sample that the store has loaded.
std::unique_ptr<logs::SavedSample> loaded_sample(const RecordStore& store, RecordedNames& names);

}  // namespace tcpstat::records
