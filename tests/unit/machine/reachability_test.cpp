#include "machine/reachability.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <queue>
#include <set>
#include <vector>

#include "machine/tables.h"

namespace tcpstat::machine {
namespace {

using enum State;

std::string words(const Reach& cell) { return text_of(cell.ways(), " ", "|"); }

std::string shared(const Reach& cell) {
  std::string text;
  for (const Seen seen : cell.shared()) text += (text.empty() ? "" : " ") + std::string(name(seen));
  return text;
}

TEST_CASE("one step of a sample leads where another hand wrote it down") {
  std::set<std::pair<std::size_t, std::size_t>> expected;
  for (const auto& row : test::tables()["edges"])
    expected.emplace(index(test::seen(row[0])), index(test::seen(row[1])));
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    for (std::size_t to = 0; to < kSeenCount; ++to) {
      CAPTURE(name(seen_at(from)));
      CAPTURE(name(seen_at(to)));
      CHECK((one_step(seen_at(from), seen_at(to)) == Visible::yes) == expected.contains({from, to}));
    }
  }
}

TEST_CASE("all 144 cells have the steps that another hand computed") {
  for (const auto& [from, row] : test::tables()["reachability"].items()) {
    for (const auto& [to, cell] : row.items()) {
      const Seen before = test::seen(from);
      const Seen after = test::seen(to);
      CAPTURE(name(before));
      CAPTURE(name(after));
      const Reach& ours = reach(before, after);
      CHECK(ours.steps() == cell["steps"].get<unsigned>());
      CHECK((ours.way() == Way::reuse) == cell["reuse"].get<bool>());
      CHECK((ours.way() == Way::unchanged) == (before == after));
    }
  }
}

/// Breadth first, forwards, while the program goes backwards from the target.
std::vector<unsigned> steps_from(std::size_t start, bool of_one_connection) {
  std::vector<unsigned> steps(kSeenCount, 99);
  std::queue<std::size_t> todo({start});
  steps[start] = 0;
  while (!todo.empty()) {
    const std::size_t at = todo.front();
    todo.pop();
    const bool ends = at == index(kAbsent) || at == index(close);
    if (of_one_connection && ends && at != start) continue;
    for (std::size_t next = 0; next < kSeenCount; ++next) {
      if (one_step(seen_at(at), seen_at(next)) == Visible::no || steps[next] != 99) continue;
      steps[next] = steps[at] + 1;
      todo.push(next);
    }
  }
  return steps;
}

TEST_CASE("a breadth-first search finds the same") {
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    const auto one = steps_from(from, true);
    const auto any = steps_from(from, false);
    for (std::size_t to = 0; to < kSeenCount; ++to) {
      CAPTURE(name(seen_at(from)));
      CAPTURE(name(seen_at(to)));
      const Reach& cell = reach(seen_at(from), seen_at(to));
      CHECK(cell.steps() == (one[to] != 99 ? one[to] : any[to]));
      CHECK((cell.way() == Way::reuse) == (one[to] == 99));
    }
  }
}

TEST_CASE("each way has the number of steps, each step of it is one, and no two ways are the same") {
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    for (std::size_t to = 0; to < kSeenCount; ++to) {
      const Reach& cell = reach(seen_at(from), seen_at(to));
      std::set<std::vector<Seen>> different;
      CHECK(cell.ways().empty() == (from == to));
      for (const UnseenPath& way : cell.ways()) {
        std::vector<Seen> whole(way.states().begin(), way.states().end());
        whole.insert(whole.begin(), seen_at(from));
        whole.push_back(seen_at(to));
        CHECK(whole.size() == cell.steps() + 1);
        for (std::size_t i = 1; i < whole.size(); ++i) CHECK(one_step(whole[i - 1], whole[i]) == Visible::yes);
        CHECK(different.insert(whole).second);
        for (const Seen seen : cell.shared()) CHECK(std::count(whole.begin(), whole.end(), seen) == 1);
      }
    }
  }
}

/// How many shortest ways there are, counted by dynamic programming over the number of steps.
std::size_t count_ways(std::size_t from, std::size_t to, unsigned steps, bool of_one_connection) {
  if (steps == 0) return from == to ? 1 : 0;
  std::size_t count = 0;
  for (std::size_t next = 0; next < kSeenCount; ++next) {
    if (one_step(seen_at(from), seen_at(next)) == Visible::no) continue;
    const bool ends = next == index(kAbsent) || next == index(close);
    if (of_one_connection && ends && next != to) continue;
    count += count_ways(next, to, steps - 1, of_one_connection);
  }
  return count;
}

TEST_CASE("no shortest way is left out") {
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    for (std::size_t to = 0; to < kSeenCount; ++to) {
      CAPTURE(name(seen_at(from)));
      CAPTURE(name(seen_at(to)));
      const Reach& cell = reach(seen_at(from), seen_at(to));
      if (from != to) CHECK(cell.ways().size() == count_ways(from, to, cell.steps(), cell.way() == Way::progress));
    }
  }
}

TEST_CASE("all ways are named, FIN_WAIT2 and ESTABLISHED first, and what they share") {
  CHECK(words(reach(established, time_wait)) == "FIN_WAIT1 FIN_WAIT2|CLOSING");
  CHECK(shared(reach(established, time_wait)) == "FIN_WAIT1");
  CHECK(words(reach(fin_wait1, time_wait)) == "FIN_WAIT2|CLOSING");
  CHECK(shared(reach(fin_wait1, time_wait)).empty());
  CHECK(words(reach(syn_sent, fin_wait1)) == "ESTABLISHED|SYN_RECV");
  CHECK(words(reach(kAbsent, close_wait)) == "ESTABLISHED");
  CHECK(words(reach(kAbsent, time_wait)) == "ESTABLISHED|SYN_RECV FIN_WAIT1 FIN_WAIT2|CLOSING");
  CHECK(shared(reach(kAbsent, time_wait)) == "FIN_WAIT1");
  CHECK(words(reach(time_wait, established)) == "ABSENT");
  CHECK(words(reach(fin_wait2, time_wait)).empty());
}

TEST_CASE("TIME_WAIT never becomes ESTABLISHED without another connection") {
  CHECK(reach(time_wait, established).way() == Way::reuse);
  CHECK(reach(close_wait, time_wait).way() == Way::reuse);
  CHECK(reach(last_ack, time_wait).way() == Way::reuse);
}

}  // namespace
}  // namespace tcpstat::machine
