#include "cli/watch_request.h"

#include <algorithm>

#include "parsers/source.h"

namespace tcpstat {
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

}  // namespace

std::optional<UsageError> check_watch(const Request& request) {
  const auto live = live_sources();
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

}  // namespace tcpstat
