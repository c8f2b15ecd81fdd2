#include "cli/verbs/summary_screen.h"

#include <algorithm>
#include <string_view>

namespace tcpstat::cli::verbs {
namespace {

/// Lines of a table with an empty line before it.
std::size_t lines_of(std::size_t rows) { return rows == 0 ? 0 : rows + 2; }

/// Heading, the states that have rows or were not counted, the others on at most two lines, and the total.
std::size_t state_lines(const Report& report) {
  const StateSet counted = report.counted();
  const auto shown = std::count_if(states().begin(), states().end(), [&](const StateInfo& state) {
    return !counted.has(state.state) || report.tally.count(state.state) > 0;
  });
  const auto rows = static_cast<std::size_t>(shown);
  return rows + (rows == kStateCount ? 2 : 4);
}

/// Keeps the first `most`; returns how many are gone.
template <typename Row>
std::size_t cut_to_screen(std::vector<Row>& rows, std::size_t most) {
  const std::size_t gone = rows.size() - std::min(rows.size(), most);
  rows.erase(rows.end() - static_cast<std::ptrdiff_t>(gone), rows.end());
  return gone;
}

}  // namespace

std::string fit_screen(Summary& summary, const Report& report, std::size_t lines) {
  constexpr std::size_t kMptcpLines = 2;
  const bool has_mptcp = summary.mptcp && summary.mptcp->connections + summary.mptcp->subflows > 0;
  const std::size_t taken = state_lines(report) + (has_mptcp ? kMptcpLines : 0);
  const std::size_t all = taken + lines_of(summary.phases.size()) + lines_of(summary.listeners.size()) +
                          lines_of(summary.top_remotes.size()) + lines_of(summary.top_prefixes.size());
  if (all <= lines) return {};
  const bool has_phases = !summary.phases.empty();
  const bool has_networks = !summary.top_prefixes.empty();
  summary.phases.clear();
  summary.top_prefixes.clear();
  // Listeners may need attention; of the remotes two tell who is busiest.
  constexpr std::size_t kLeast = 2;
  const std::size_t headings = lines_of(1) - 1;
  const std::size_t used = taken + (summary.listeners.empty() ? 0 : headings) + headings;
  const std::size_t room = lines > used ? lines - used : 0;
  const std::size_t wanted = std::min(summary.listeners.size(), room);
  const std::size_t remotes = std::min(summary.top_remotes.size(), std::max(kLeast, room - wanted));
  std::string gone;
  const auto tell = [&](std::size_t count, std::string_view what) {
    if (count > 0) gone += std::to_string(count) + " " + std::string(what) + (count == 1 ? ", " : "s, ");
  };
  tell(cut_to_screen(summary.listeners, std::max(kLeast, room - std::min(room, remotes))), "listener");
  tell(cut_to_screen(summary.top_remotes, remotes), "remote");
  if (has_phases) gone += has_networks ? "phases and networks, " : "phases, ";
  if (has_networks && !has_phases) gone += "networks, ";
  return gone.empty() ? gone : "-v adds " + gone.substr(0, gone.size() - 2);
}

}  // namespace tcpstat::cli::verbs
