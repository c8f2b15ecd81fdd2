#pragma once
// A sample of a record as rows, and what is to be said of it.

#include <memory>

#include "model/recorded_names.h"
#include "parsers/logs/saved_sample.h"
#include "parsers/records/record_store.h"

namespace tcpstat::records {

/// What the table says of the host that it is of; not the time.
logs::SavedSample::Facts facts_of(const record::Table& table);

/// Of the sample that the store has loaded.
std::unique_ptr<logs::SavedSample> loaded_sample(const RecordStore& store, RecordedNames& names);

}  // namespace tcpstat::records
