#include "parsers/host/shared_owners.h"

#include <doctest/doctest.h>

#include <atomic>
#include <ostream>
#include <thread>
#include <vector>

#include "support/proc_root.h"

namespace tcpstat::host {
namespace {

using std::chrono::milliseconds;

struct Looks {
  test::ProcRoot root;
  std::atomic<int> count{0};
  SharedOwners::Look look = [this] {
    ++count;
    return procfs::ProcessTable::read(root.path());
  };
};

TEST_CASE("a first look serves all who ask while it lasts") {
  Looks looks;
  SharedOwners for_ever;
  const auto one = for_ever.first(looks.look);
  const auto two = for_ever.first(looks.look);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(*one == *two);
  CHECK(looks.count == 1);

  SharedOwners over_at_once{milliseconds(-1)};
  REQUIRE(over_at_once.first(looks.look));
  REQUIRE(over_at_once.first(looks.look));
  CHECK(looks.count == 3);
}

TEST_CASE("a second look begins after the question") {
  Looks looks;
  SharedOwners owners;
  const auto one = owners.again(looks.look);
  const auto two = owners.again(looks.look);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(*one != *two);
  CHECK(looks.count == 2);
}

TEST_CASE("those who ask while somebody looks are answered by one look") {
  Looks looks;
  SharedOwners owners;
  constexpr int kAsking = 8;
  std::atomic<int> asking{0};
  const auto slow = [&] {
    // The first look ends when all others wait for it; they begin to wait within the time of their next step.
    while (asking < kAsking) std::this_thread::yield();
    return looks.look();
  };
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int i = 0; i < kAsking; ++i) {
    threads.emplace_back([&] {
      ++asking;
      if (owners.first(slow)) ++answered;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(answered == kAsking);
  CHECK(looks.count == 1);
}

TEST_CASE("a failed look is told to who asked, and tried anew") {
  Looks looks;
  SharedOwners owners;
  const auto fails = []() -> Expected<procfs::ProcessTable> { return failure("look", 5); };
  CHECK_FALSE(owners.first(fails));
  CHECK_FALSE(owners.again(fails));
  CHECK(owners.first(looks.look));
}

}  // namespace
}  // namespace tcpstat::host
