#pragma once
// What is known about a run when its rows have been read: the envelope of every output.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/protocol.h"
#include "model/state.h"
#include "report/coverage.h"
#include "report/finding.h"
#include "report/tally.h"

namespace tcpstat::inline report {

/// The version of the JSON formats. It is raised when a key is removed or changes its type; keys may be added.
inline constexpr int kSchemaVersion = 1;

/// The source that shows what only one of netlink and /proc has.
inline constexpr std::string_view kBothSources = "both";

/// Known before the first row.
struct RunFacts {
  std::string version;
  std::string time;  ///< RFC 3339, UTC, milliseconds
  /// Nothing for saved files that do not say.
  std::optional<std::string> host;
  std::optional<std::string> kernel;
  std::optional<std::uint64_t> netns;  ///< inode of the network namespace
};

/// Which rows a report counts.
enum class Counted : std::uint8_t {
  all,          ///< those that were selected
  differences,  ///< those of them that only one of two sources has
  up_to_limit,  ///< those of them that were read before a limit ended the reading
};

/// Known after the last one.
struct Report {
  RunFacts facts;
  std::string source;  ///< netlink, proc, both (see kBothSources) or file
  Coverage coverage;
  bool limited = false;
  Protocol protocol = Protocol::tcp;  ///< of the connections that rows show
  /// States that were selected, and of them those that the source can show.
  StateSet selected;
  bool ipv4 = true;
  bool ipv6 = true;
  /// Whether anything but states and families narrowed the rows down.
  bool filtered = false;
  Tally tally;
  Counted counted_rows = Counted::all;
  /// About the half-open connections, if these were read and judged.
  std::vector<SynVerdict> verdicts;
  std::vector<Finding> findings;

  /// The states that were asked for and seen. None if nothing was seen, or no socket of the families asked for.
  [[nodiscard]] StateSet seen() const {
    return coverage.saw_nothing() || (!ipv4 && !ipv6) ? StateSet{} : selected & coverage.visible;
  }
  /// Those of them of which `tally` has all sockets. None where zeros would say that there is nothing.
  [[nodiscard]] StateSet counted() const {
    return counted_rows == Counted::all && coverage.counts_all() ? seen() : StateSet{};
  }
};

}  // namespace tcpstat::inline report
