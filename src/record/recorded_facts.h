#pragma once
// What the kernel counts and how it is set, as counts of a record.

#include <vector>

#include "model/kernel_facts.h"
#include "model/owner.h"
#include "model/state.h"
#include "record/cell_table.h"
#include "record/counts.h"
#include "report/tally.h"

namespace tcpstat::record {

/// Adds all facts but the time of reading and what could not be read.
void add_facts(const KernelFacts& facts, CountsPacker& to);
/// The facts in a table of counts; what it does not have is unknown.
KernelFacts facts_from(const Table& counts);

/// `counted`: the states whose numbers are known.
void add_states(const Tally& tally, StateSet counted, CountsPacker& to);
Tally states_from(const Table& counts);

void add_open_files(const std::vector<OpenFilesLimit>& limits, CountsPacker& to);
std::vector<OpenFilesLimit> open_files_from(const Table& counts);

}  // namespace tcpstat::record
