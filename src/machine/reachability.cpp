#include "machine/reachability.h"

#include <algorithm>

#include "machine/linux_profile.h"

namespace tcpstat::machine {
namespace {

using Edges = std::array<std::array<bool, kSeenCount>, kSeenCount>;
using Table = std::array<std::array<Reach, kSeenCount>, kSeenCount>;
constexpr unsigned kFar = 99;

constexpr Edges kEdges = [] {
  Edges edges{};
  for (const TracedPair& pair : kTracedPairs) {
    if (pair.standing != Standing::legal) continue;
    // The child is a new socket; the listener stays what it is.
    if (pair.from == State::listen && pair.to == State::syn_recv) continue;
    edges[index(pair.from)][index(pair.to)] = true;
    // In CLOSE a socket is seen only while it is bound and its descriptor is open.
    if (pair.to == State::close) edges[index(pair.from)][index(kAbsent)] = true;
    if (pair.from == State::close) edges[index(kAbsent)][index(pair.to)] = true;
  }
  for (const SilentMove& move : kMoves) edges[index(move.from)][index(move.to)] = true;
  return edges;
}();

enum class Passing : std::uint8_t { one_connection, any };

constexpr bool may_be_passed(std::size_t node, Passing passing) {
  return passing == Passing::any || (node != index(kAbsent) && node != index(State::close));
}

using Distances = std::array<unsigned, kSeenCount>;

/// Steps from each node to `to`, kFar where there is no way.
constexpr Distances distances(std::size_t to, Passing passing) {
  Distances steps{};
  steps.fill(kFar);
  steps[to] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t from = 0; from < kSeenCount; ++from) {
      for (std::size_t next = 0; next < kSeenCount; ++next) {
        if (!kEdges[from][next] || (next != to && !may_be_passed(next, passing))) continue;
        if (steps[next] + 1 >= steps[from]) continue;
        steps[from] = steps[next] + 1;
        changed = true;
      }
    }
  }
  return steps;
}

/// Lower comes first where two ways are as short.
constexpr std::size_t preference(std::size_t node) {
  if (node == index(State::fin_wait2)) return 0;
  if (node == index(State::established)) return 1;
  return 2 + node;
}

constexpr std::array<std::size_t, kSeenCount> kByPreference = [] {
  std::array<std::size_t, kSeenCount> order{};
  for (std::size_t i = 0; i < kSeenCount; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [](std::size_t a, std::size_t b) { return preference(a) < preference(b); });
  return order;
}();

/// What all ways to `to` have in common: the edges that they may take, and how far each node is.
struct Map {
  std::size_t to;
  Passing passing;
  const Distances& steps;

  [[nodiscard]] constexpr bool leads(std::size_t from, std::size_t next) const {
    return kEdges[from][next] && steps[next] + 1 == steps[from] && (next == to || may_be_passed(next, passing));
  }
};

/// Adds each shortest way from `at` to the end of the map, behind what was passed on the way to `at`.
constexpr void add_ways(Reach& cell, const Map& map, std::size_t at, const UnseenPath& passed) {
  for (const std::size_t next : kByPreference) {
    if (!map.leads(at, next)) continue;
    if (next == map.to) return cell.add(passed);
    UnseenPath longer = passed;
    longer.add(seen_at(next));
    add_ways(cell, map, next, longer);
  }
}

constexpr void add_shared(Reach& cell) {
  const auto ways = cell.ways();
  for (std::size_t place = 0; place < ways.front().states().size(); ++place) {
    const Seen first = ways.front().states()[place];
    const auto same = [&](const UnseenPath& way) { return way.states()[place] == first; };
    if (std::all_of(ways.begin(), ways.end(), same)) cell.add_shared(first);
  }
}

constexpr Reach shortest(std::size_t from, std::size_t to, const Distances& of_one, const Distances& of_any) {
  if (from == to) return {Way::unchanged, 0};
  const bool one = of_one[from] < kFar;
  const Distances& steps = one ? of_one : of_any;
  Reach cell(one ? Way::progress : Way::reuse, static_cast<std::uint8_t>(steps[from]));
  add_ways(cell, {to, one ? Passing::one_connection : Passing::any, steps}, from, {});
  add_shared(cell);
  return cell;
}

constexpr Table kTable = [] {
  Table table{};
  for (std::size_t to = 0; to < kSeenCount; ++to) {
    const Distances of_one = distances(to, Passing::one_connection);
    const Distances of_any = distances(to, Passing::any);
    for (std::size_t from = 0; from < kSeenCount; ++from) table[from][to] = shortest(from, to, of_one, of_any);
  }
  return table;
}();

}  // namespace

const Reach& reach(Seen from, Seen to) { return kTable[index(from)][index(to)]; }

Visible one_step(Seen from, Seen to) { return kEdges[index(from)][index(to)] ? Visible::yes : Visible::no; }

}  // namespace tcpstat::machine
