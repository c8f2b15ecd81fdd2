#pragma once
// One dump from its first call to its last: owners, selection, order, limit, and what could not be seen. The only place
// where the order of these calls stands.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "filter/query.h"
#include "model/host.h"
#include "model/owner.h"
#include "model/sink.h"
#include "report/report.h"
#include "survey/rate_sampler.h"
#include "survey/sorter.h"

namespace tcpstat::survey {

struct DumpPlan {
  enum class Rows : std::uint8_t {
    selected,  ///< those that the filter matches, counted in Report::tally
    every,     ///< all of the filter's families: the sink selects and counts, and may compare a socket with its past
  };
  enum class Owners : std::uint8_t {
    not_read,
    helpful,   ///< without them less can be said, and a warning says so
    required,  ///< without them the dump fails; a filter that asks for processes requires them as well
  };
  enum class Until : std::uint8_t { end, first_match };

  /// Its filter says which rows are wanted; its states may be more.
  filter::Query query;
  Rows rows = Rows::selected;
  /// Not used for a file: its rows bring their owners, or nobody knows them.
  Owners owners = Owners::not_read;
  std::vector<SortKey> sort = {};
  std::optional<std::uint64_t> limit = {};
  Until until = Until::end;
  enum class Descriptors : bool {
    of_rows,
    all,  ///< Dump::untabled too, of a dump of all rows with owners: two system calls for each socket of another kind
  };
  Descriptors descriptors = Descriptors::of_rows;
  /// Gives rows their rates since the sample that it saw before; null: rows have none.
  RateSampler* rates = nullptr;
  /// Sees each row that is read, before anything selects; it cannot stop the dump.
  Sink* witness = nullptr;
};

struct Dump {
  /// With a warning for everything that was not seen.
  Report report;
  /// Why the dump ended early; `report` has it as a warning too.
  std::optional<Error> error;
  /// Nothing: owners were not looked for.
  std::optional<OwnerSearch> owner_search;
  /// TCP sockets that no row showed, of processes that could be looked into; nothing where not all rows were seen.
  std::optional<std::vector<Untabled>> untabled;
};

/// Reads the first sample of `plan.rates`. An error is not reported: it happens again in take(), which reports it.
void take_first_rates(Host& host, const DumpPlan& plan);

/// Reads, and pushes the rows into `sink`. Owners live until it returns.
Dump take(Host& host, const DumpPlan& plan, Sink& sink);

}  // namespace tcpstat::survey
