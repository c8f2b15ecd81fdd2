#pragma once
// A sample of a record as rows, and what is to be said of it.

#include <memory>

#include "model/kernel_facts.h"
#include "model/recorded_names.h"
#include "parsers/logs/saved_sample.h"
#include "parsers/records/record_store.h"

namespace tcpstat::records {

/// What the table says of the host that it is of; not the time.
logs::SavedSample::Facts facts_of(const record::Table& table);

/// What was counted and set when a sample was taken. `store` is for this alone: its index is gone then.
KernelFacts recorded_facts(RecordStore& store, const record::FrameHeader& sample);

/// Of the sample that the store has loaded.
std::unique_ptr<logs::SavedSample> loaded_sample(const RecordStore& store, RecordedNames& names);

}  // namespace tcpstat::records
