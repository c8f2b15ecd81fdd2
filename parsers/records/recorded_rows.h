#pragma once
// A sample of a record as rows, and what is to be said of it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "model/kernel_facts.h"
#include "model/recorded_names.h"
#include "parsers/logs/saved_sample.h"
#include "parsers/records/record_store.h"

namespace tcpstat::records {

/// What the table says of the host that it is of; not the time.
logs::SavedSample::Facts facts_of(const record::Table& table);

/// What was counted and set when a sample was taken.
KernelFacts recorded_facts(const RecordStore& store, const record::FrameHeader& sample);

/// The limit of a process in the same sample; nothing where no rule asked for it then.
std::optional<std::uint64_t> recorded_open_files(const RecordStore& store, const record::FrameHeader& sample,
                                                 std::uint32_t pid);

/// How old the oldest tcp_info of a sample is that was taken at `boot_ms`; nothing where no row has one.
std::optional<std::chrono::milliseconds> oldest_info(const record::Table& table, std::uint64_t boot_ms);

/// Of the sample that the store has loaded.
std::unique_ptr<logs::SavedSample> loaded_sample(const RecordStore& store, RecordedNames& names);

}  // namespace tcpstat::records
