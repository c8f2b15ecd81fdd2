#include "detect/sample/tracked_requests.h"

#include <doctest/doctest.h>

#include <chrono>

#include "detect/scene.h"
#include "detect/syn_detector.h"

namespace tcpstat::detect {
namespace {

using std::chrono::milliseconds;
using test::Scene;

constexpr milliseconds kApart{3000};

/// The request became a connection.
void complete(Connection& row) {
  Connection done = test::connection(State::established, row.local, row.remote);
  done.cookie = row.cookie;
  row = done;
}

/// What the fates of the requests of `first` say, seen again in `last`.
Evidence completed_of(const Scene& first, const Scene& last) {
  const SynSample before = first.sample();
  const SynSample now = last.sample(&before);
  SynInput input;
  input.now = &now;
  input.before = &before;
  input.facts = test::zero_facts();
  input.facts_before = test::zero_facts();
  input.apart = kApart;
  const SynReport report = detect_syn(input, {});
  const Evidence* found = test::evidence(test::verdict(report), "aged_completed");
  REQUIRE(found != nullptr);
  return *found;
}

/// Requests of one life: those that are `age` seconds old at the end of 3 s, as they were seen `left` before it.
Scene seen_before_end(double per_s, double oldest_s, milliseconds left) {
  Scene scene;
  for (int i = 0; (i + 0.5) / per_s < oldest_s; ++i) {
    const double age = (i + 0.5) / per_s - static_cast<double>(left.count()) / 1000;
    if (age >= 0) scene.request(age);
    // Each keeps its number, seen or not.
    scene.next = static_cast<std::uint64_t>(i) + 2;
  }
  return scene;
}

SynVerdict judged(double per_s, double oldest_s, bool answered, std::uint64_t completions) {
  const SynSample first = seen_before_end(per_s, oldest_s, kApart).sample();
  TrackedRequests followed(first);
  for (const int left : {2000, 1500, 1000, 500}) {
    followed.add(seen_before_end(per_s, oldest_s, milliseconds(left)).sample(), kApart - milliseconds(left));
  }
  Scene last = seen_before_end(per_s, oldest_s, milliseconds(0));
  if (answered) {
    // Three of five answer the second SYN+ACK.
    for (std::size_t i = 0; i < last.rows.size(); ++i) {
      if (*last.rows[i].retransmits == 0 || i % 5 > 2) continue;
      complete(last.rows[i]);
    }
  }
  const SynSample second = last.sample(&first, true, followed.cookies());
  SynInput input;
  input.now = &second;
  input.before = &first;
  input.facts = test::zero_facts();
  input.facts.counters.passive_opens = completions;
  input.facts_before = test::zero_facts();
  input.after_first_second = input.facts_before->counters;
  input.before_last_second = input.facts.counters;
  input.apart = kApart;
  input.followed = followed.all();
  return test::verdict(detect_syn(input, {}));
}

TEST_CASE("what waits longer than a round trip is followed, each request once") {
  Scene first;
  first.request(0.1);
  first.request(0.6);
  first.request(1.5);  // old: the first sample knows it
  TrackedRequests followed(first.sample());
  REQUIRE(followed.all().size() == 1);
  CHECK_FALSE(followed.all().front().aged);
  CHECK(followed.all().front().age_s == doctest::Approx(0.6));
  CHECK(followed.all().front().answered == milliseconds(700));

  Scene later;
  later.request(1.1);
  later.request(1.6);
  later.request(2.5);
  later.request(0, test::Sources::random, 0);
  followed.add(later.sample(), milliseconds(1000));
  REQUIRE(followed.all().size() == 2);
  CHECK(followed.all().back().aged);
  CHECK(followed.all().back().at == milliseconds(1000));
  CHECK(followed.all().back().answered == milliseconds(1000 + 1900 + 300));
}

TEST_CASE("what is followed has a bound") {
  Scene scene;
  scene.flood(1000, 6);
  TrackedRequests followed(Scene().sample());
  followed.add(scene.sample(), milliseconds(500));
  CHECK(followed.all().size() == TrackedRequests::kMost);
}

TEST_CASE("a slow flood of few seconds is found, clients that lose ACKs are not") {
  for (const double per_s : {5.0, 8.0, 20.0}) {
    for (const double oldest : {3.2, 4.0, 5.0}) {
      CAPTURE(per_s);
      CAPTURE(oldest);
      const SynVerdict flood = judged(per_s, oldest, false, 60);
      REQUIRE(test::evidence(flood, "aged_completed") != nullptr);
      CHECK(test::evidence(flood, "aged_completed")->value == 0);
      CHECK(flood.level >= AttackLevel::likely);
      const SynVerdict clients = judged(per_s, oldest, true, 150);
      REQUIRE(test::evidence(clients, "aged_completed") != nullptr);
      CHECK(test::evidence(clients, "aged_completed")->weight < 0);
      CHECK(clients.level <= AttackLevel::suspicious);
    }
  }
}

TEST_CASE("who was not asked again has not refused to answer") {
  // Twelve wait for their fourth SYN+ACK, which is sent at 7 s; eight were asked at 3 s, and three of those answered.
  Scene first;
  Scene last;
  for (int i = 0; i < 20; ++i) {
    first.request(i < 12 ? 3.5 : 2.0);
    last.request(i < 12 ? 6.5 : 5.0);
  }
  for (int i = 12; i < 15; ++i) {
    complete(last.rows[static_cast<std::size_t>(i)]);
  }
  const Evidence found = completed_of(first, last);
  CHECK(found.value == doctest::Approx(3.0 / 8));
}

TEST_CASE("a share of completed ones weighs by how much chance is in it") {
  struct Row {
    std::size_t completed;
    std::size_t all;
    double weight;
  };
  for (const Row& row : {Row{0, 8, 3}, Row{4, 100, 3}, Row{5, 100, 0}, Row{10, 100, 0}, Row{1, 9, -1}, Row{18, 100, -1},
                         Row{22, 100, -2}, Row{25, 100, -4}, Row{8, 16, -4}}) {
    CAPTURE(row.completed);
    CAPTURE(row.all);
    Scene first;
    Scene last;
    for (std::size_t i = 0; i < row.all; ++i) {
      first.request(2);
      last.request(5);
      if (i < row.completed) complete(last.rows.back());
    }
    const Evidence found = completed_of(first, last);
    CHECK(found.weight == row.weight);
  }
}

}  // namespace
}  // namespace tcpstat::detect
