#include "cli/options/watch_request.h"

#include <algorithm>

#include "parsers/host/sources.h"

namespace tcpstat::cli::options {
namespace {

std::optional<UsageError> check_events(const Request& request) {
  if (request.format->name == "json") {
    return UsageError{"watch --events prints table, plain, csv or ndjson, not json"};
  }
  if (request.source == "both") {
    return UsageError{"watch --events follows the sockets of one source: --source netlink or --source proc"};
  }
  const char* option = !request.columns.empty() || !request.added_columns.empty() ? "output"
                       : !request.sort.empty()                                    ? "sort"
                       : request.limit                                            ? "limit"
                       : request.processes                                        ? "processes"
                       : request.info                                             ? "info"
                                                                                  : nullptr;
  if (option == nullptr) return std::nullopt;
  return UsageError{"--" + std::string(option) + " is for lists of connections; watch --events prints transitions"};
}

std::optional<UsageError> misplaced(const TypedOptions& typed, Verb verb) {
  if (const auto interval = typed.value("interval"); interval && verb != Verb::check) {
    return UsageError{"--interval goes with watch and check: tcpstat watch --interval " + *interval};
  }
  if (const auto count = typed.value("count")) {
    return UsageError{"--count goes with watch: tcpstat watch --count " + *count};
  }
  if (typed.flag("events")) return UsageError{"--events goes with watch: tcpstat watch --events"};
  return std::nullopt;
}

std::optional<UsageError> check_watch(const Request& request) {
  const auto live = host::live_sources();
  const bool samples = request.source == "auto" ||
                       std::any_of(live.begin(), live.end(), [&](const auto& s) { return s.name == request.source; });
  if (!samples) {
    return UsageError{"watch samples a live host, so " + in_quotes(request.source) + " cannot be its source"};
  }
  if (request.resolve) return UsageError{"--resolve is for lists; a watch would ask for the names again and again"};
  if (request.events) return check_events(request);
  if (request.format->name == "table" || request.format->name == "ndjson") return std::nullopt;
  return UsageError{"watch prints table or ndjson, not " + std::string(request.format->name) +
                    " (watch --events also plain and csv)"};
}

}  // namespace

std::optional<UsageError> read_watch_options(const TypedOptions& typed, Request& to) {
  if (to.verb != Verb::watch) return misplaced(typed, to.verb);
  constexpr std::chrono::milliseconds kShortest{50};
  if (const auto word = typed.value("interval")) {
    const auto interval = parse_interval(*word, kShortest);
    if (!interval) return interval.error();
    to.interval = *interval;
  }
  if (const auto word = typed.value("count")) {
    const auto count = parse_count(*word, "count", UINT64_MAX);
    if (!count) return count.error();
    if (*count == 0) return UsageError{"bad count \"0\" (a watch takes at least one sample)"};
    to.count = *count;
  }
  to.events = typed.flag("events");
  return check_watch(to);
}

}  // namespace tcpstat::cli::options
