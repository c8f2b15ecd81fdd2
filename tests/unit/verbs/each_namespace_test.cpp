#include "cli/verbs/each_namespace.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <system_error>

namespace tcpstat::cli::verbs {
namespace {

std::size_t most_threads = 0;

/// A thread that ends where it begins; only so many can be started.
struct LimitedThread {
  template <typename Work>
  explicit LimitedThread(const Work& work) {
    if (most_threads == 0) throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    --most_threads;
    work();
  }
};

TEST_CASE("where fewer threads than wanted can be started, those share the work") {
  const auto runs = [](std::size_t most) {
    most_threads = most;
    int count = 0;
    const auto work = [&count] { ++count; };
    run_side_by_side<decltype(work), LimitedThread>(3, work);
    return count;
  };
  CHECK(runs(9) == 3);
  CHECK(runs(2) == 2);
  CHECK(runs(0) == 1);
}

TEST_CASE("each is judged once, in their order, and one that has ended is left out") {
  host::NamespaceList list;
  for (std::uint64_t i = 1; i <= 5; ++i) list.namespaces.push_back({i, std::to_string(i), {}});
  const auto judge = [](const host::KnownNamespace& known) {
    return known.inode == 3 ? std::nullopt : std::optional(known.label);
  };
  CHECK(judge_each<std::string>(list, 2, judge) == std::vector<std::string>{"1", "2", "4", "5"});
  const auto fails = [](const host::KnownNamespace&) -> std::optional<std::string> { throw std::bad_alloc(); };
  CHECK_THROWS_AS(judge_each<std::string>(list, 2, fails), std::bad_alloc);
}

}  // namespace
}  // namespace tcpstat::cli::verbs
