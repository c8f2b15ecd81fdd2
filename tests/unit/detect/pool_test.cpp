#include "detect/pool.h"

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <ostream>
#include <vector>

namespace tcpstat::detect {
namespace {

/// Listeners whose numbers are written down, as views of one input.
struct PooledListeners {
  SynSample sample;
  SynInput input;
  Measurements host;
  std::deque<SynListener> listeners;
  std::deque<HalfOpen> requests;
  std::deque<TrackedRequest> followed;
  std::deque<ListenerView> views;

  PooledListeners() { input.now = &sample; }
  PooledListeners(const PooledListeners&) = delete;
  PooledListeners& operator=(const PooledListeners&) = delete;

  SynListener& listener() { return listeners.emplace_back(); }
  const HalfOpen* request() { return &requests.emplace_back(); }
  ListenerView& view(const SynListener& now, const SynListener* before = nullptr) {
    views.push_back(host_view(input));
    views.back().now = &now;
    views.back().before = before;
    views.back().host = &host;
    return views.back();
  }
  /// One with so many aged requests.
  void aged(std::size_t count) {
    ListenerView& one = view(listener());
    for (std::size_t i = 0; i < count; ++i) one.aged.push_back(request());
  }
  [[nodiscard]] std::unique_ptr<const Pool> pool() const {
    std::vector<const ListenerView*> all;
    for (const ListenerView& one : views) all.push_back(&one);
    return pool_of(all);
  }
};

TEST_CASE("less than two listeners are no pool") {
  PooledListeners scene;
  CHECK(scene.pool() == nullptr);
  scene.aged(5);
  CHECK(scene.pool() == nullptr);
  scene.aged(5);
  CHECK(scene.pool() != nullptr);
}

TEST_CASE("a pool counts what all of its listeners count, in both samples") {
  PooledListeners scene;
  const auto counted = [&](std::uint64_t times, std::optional<std::uint64_t> drops) -> SynListener& {
    SynListener& one = scene.listener();
    one.sockets = static_cast<std::uint32_t>(times);
    one.half_open = 10 * times;
    one.deferred = 100 * times;
    one.fast_open = 1000 * times;
    for (std::size_t i = 0; i < kRounds; ++i) one.by_rounds[i] = (i + 1) * times;
    one.backlogs = {static_cast<std::uint32_t>(times)};
    one.drops = drops;
    return one;
  };
  SynListener& first = counted(1, 3);
  SynListener& second = counted(2, {});
  SynListener& third = counted(4, 5);
  first.backlogs = {128, 64};
  scene.view(first, &second);
  scene.view(second, &third);
  scene.view(third, &first);
  const auto pool = scene.pool();
  REQUIRE(pool != nullptr);
  REQUIRE(pool->view);
  CHECK(pool->view->now == &pool->now);
  CHECK(pool->view->before == &pool->before);
  CHECK(pool->view->host == &scene.host);
  CHECK(&pool->view->input == &scene.input);
  for (const SynListener* sum : {&pool->now, &pool->before}) {
    CHECK(sum->sockets == 7);
    CHECK(sum->half_open == 70);
    CHECK(sum->deferred == 700);
    CHECK(sum->fast_open == 7000);
    CHECK(sum->by_rounds[0] == 7);
    CHECK(sum->by_rounds[kRounds - 1] == 7 * kRounds);
    CHECK(sum->drops == 8);
  }
  CHECK(pool->now.backlogs == std::vector<std::uint32_t>{128, 64, 2, 4});
  CHECK(pool->before.backlogs == std::vector<std::uint32_t>{2, 4, 128, 64});
}

TEST_CASE("drops that no listener of a pool tells are not known") {
  PooledListeners scene;
  scene.aged(1);
  scene.aged(1);
  CHECK_FALSE(scene.pool()->now.drops.has_value());
}

TEST_CASE("a pool has the requests of all of its listeners") {
  PooledListeners scene;
  ListenerView& first = scene.view(scene.listener());
  ListenerView& second = scene.view(scene.listener());
  std::array<const HalfOpen*, 10> entries{};
  for (const HalfOpen*& entry : entries) entry = scene.request();
  scene.followed.resize(3);
  first.requests = {entries[0], entries[1]};
  second.requests = {entries[2]};
  first.aged = {entries[3]};
  second.aged = {entries[4], entries[5]};
  first.aged_before = {entries[6], entries[7]};
  second.aged_before = {entries[8]};
  first.followed = {&scene.followed[0]};
  second.followed = {&scene.followed[1], &scene.followed[2]};
  for (std::size_t i = 0; i < kRounds; ++i) {
    first.by_rounds[i] = 1 + static_cast<double>(i);
    second.by_rounds[i] = 100;
  }
  const auto pool = scene.pool();
  REQUIRE(pool != nullptr);
  CHECK(pool->view->requests == std::vector{entries[0], entries[1], entries[2]});
  CHECK(pool->view->aged == std::vector{entries[3], entries[4], entries[5]});
  CHECK(pool->view->aged_before == std::vector{entries[6], entries[7], entries[8]});
  CHECK(pool->view->followed ==
        std::vector<const TrackedRequest*>{&scene.followed[0], &scene.followed[1], &scene.followed[2]});
  for (std::size_t i = 0; i < kRounds; ++i) CHECK(pool->view->by_rounds[i] == 101 + static_cast<double>(i));
}

TEST_CASE("the oldest request of a pool is that of any of its listeners") {
  struct Row {
    std::optional<double> first;
    std::optional<double> second;
    std::optional<double> oldest;
  };
  for (const Row& row : {Row{3, 5, 5}, Row{5, 3, 5}, Row{{}, 3, 3}, Row{3, {}, 3}, Row{{}, {}, {}}}) {
    PooledListeners scene;
    scene.view(scene.listener()).oldest_s = row.first;
    scene.view(scene.listener()).oldest_s = row.second;
    CHECK(scene.pool()->view->oldest_s == row.oldest);
  }
}

TEST_CASE("the room of a pool is known if that of each of its listeners is") {
  for (const std::size_t unknown : {0U, 1U, 2U, 3U}) {
    CAPTURE(unknown);
    PooledListeners scene;
    for (std::size_t i = 0; i < 3; ++i) {
      SynListener& one = scene.listener();
      if (i != unknown) one.backlogs = {128};
      scene.view(one);
    }
    CHECK(scene.pool()->now.backlogs.size() == (unknown == 3 ? 3 : 0));
  }
}

TEST_CASE("a pool has an earlier sample if each of its listeners has") {
  for (const std::size_t without : {0U, 1U, 2U, 3U}) {
    CAPTURE(without);
    PooledListeners scene;
    SynListener& before = scene.listener();
    before.half_open = 5;
    for (std::size_t i = 0; i < 3; ++i) scene.view(scene.listener(), i == without ? nullptr : &before);
    const auto pool = scene.pool();
    CHECK((pool->view->before != nullptr) == (without == 3));
    CHECK(pool->before.half_open == (without == 3 ? 15 : 10));
  }
}

TEST_CASE("who has more than four of five aged requests is judged alone") {
  struct Row {
    std::vector<std::size_t> aged;
    bool together;
  };
  for (const Row& row : {Row{{8, 2}, true}, Row{{2, 8}, true}, Row{{9, 2}, false}, Row{{1, 9, 1}, false},
                         Row{{2, 9}, false}, Row{{0, 0}, true}, Row{{1, 0}, false}}) {
    CAPTURE(row.aged.front());
    PooledListeners scene;
    for (const std::size_t count : row.aged) scene.aged(count);
    CHECK((scene.pool() != nullptr) == row.together);
  }
}

}  // namespace
}  // namespace tcpstat::detect
