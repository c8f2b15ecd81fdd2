// What the ratios should be: by what is done, and by how many sockets there are. Nothing is ever asserted.
#pragma once

#include <optional>
#include <string>

namespace tcpstat::bench {

/// What a case does, as far as its goal depends on it.
enum class Task {
  other,         ///< no goal
  rows,          ///< table, plain, csv
  json,          ///< json, ndjson: rows and a verdict
  summary,       ///< counts
  half_open,     ///< the rows of one rare state
  transitions,   ///< watch --events beside as many summaries
  owners,        ///< rows with processes
  trace,         ///< connections beside a trace, and without one
  empty,         ///< a namespace without sockets, beside ss
  filtered,      ///< a filter of ten tests, all of which hold, beside no filter
  pushed,        ///< what the kernel selects, beside a bare dump of everything
  prefixes,      ///< 20,000 prefixes, none of which a row has, beside no filter
  namespaces,    ///< the sockets of 200 network namespaces, beside a bare dump of each
  places,        ///< units and containers, beside processes
  ss_half_open,  ///< ss beside tcpstat, half-open requests
  ss_owners,     ///< ss beside tcpstat, with processes
};

/// The two sizes that goals are given for.
enum class Size { small, large };  // 10,000 and 1,000,000 sockets

struct Goal {
  enum class Bound { at_most, at_least };
  Bound bound;
  double ratio;
};

/// The nearer one by ratio: both are as near to 100,000, which counts as large.
Size nearer_size(long sockets);

/// "10,000 sockets", and for a number in between that they are the nearer ones.
std::string describe(Size size, long sockets);

/// Nothing where no goal is set.
std::optional<Goal> goal_of(Task task, Size size);

bool is_met(const Goal& goal, double ratio);

/// "<= 1.25 met"
std::string verdict(const Goal& goal, double ratio);

}  // namespace tcpstat::bench
