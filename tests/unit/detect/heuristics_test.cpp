#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <ostream>

#include "detect/measurements.h"
#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

struct Weighed {
  std::optional<double> value;
  double weight = 0;
};

/// What the heuristics leave about one quantity, in a snapshot; nothing if they say nothing.
std::optional<Weighed> weighed(const Scene& scene, std::string_view quantity,
                               const KernelFacts& facts = test::zero_facts()) {
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.facts = facts;
  for (const SynVerdict& verdict : detect_syn(input, {}).verdicts) {
    const Evidence* found = test::evidence(verdict, quantity);
    if (found != nullptr && verdict.subject != "host") return Weighed{found->value, found->weight};
  }
  return std::nullopt;
}

/// The same of the host, with counters grown from zero in 5 s.
std::optional<Weighed> counted(const std::function<void(KernelFacts&)>& change, std::string_view quantity,
                               const Scene& scene = {}) {
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = test::zero_facts();
  input.facts_before = test::zero_facts();
  change(input.facts);
  input.after_first_second = input.facts_before->counters;
  input.before_last_second = input.facts.counters;
  input.apart = std::chrono::seconds(5);
  const SynReport report = detect_syn(input, {});
  const Evidence* found = test::evidence(test::verdict(report, "host"), quantity);
  if (found == nullptr) return std::nullopt;
  return Weighed{found->value, found->weight};
}

TEST_CASE("stale: weights at their limits") {
  struct Row {
    int fresh;
    int aged;
    double weight;
  };
  for (const Row& row : {Row{8, 7, 0}, Row{8, 8, 2}, Row{9, 8, 0}, Row{5, 20, 3}, Row{6, 20, 2}, Row{4, 19, 2},
                         Row{20, 2, -2}, Row{18, 2, 0}, Row{19, 0, 0}, Row{300, 20, 0}}) {
    CAPTURE(row.fresh);
    CAPTURE(row.aged);
    Scene scene;
    scene.fresh(static_cast<std::size_t>(row.fresh));
    for (int i = 0; i < row.aged; ++i) scene.request(1.5);
    const auto found = weighed(scene, "stale_half_opens");
    REQUIRE(found.has_value());
    CHECK(found->value.value() == doctest::Approx(row.aged / double(row.fresh + row.aged)));
    CHECK(found->weight == row.weight);
  }
}

TEST_CASE("arrivals are counted per second of their age") {
  for (const double rate : {2.0, 8.0, 50.0}) {
    for (const double seconds : {5.0, 7.0, 20.0, 60.0}) {
      CAPTURE(rate);
      CAPTURE(seconds);
      Scene scene;
      scene.backlog = 65'535;
      scene.flood(rate, seconds);
      const auto found = weighed(scene, "never_completed_arrivals");
      REQUIRE(found.has_value());
      CHECK(found->value.value() == doctest::Approx(rate).epsilon(0.2));
    }
  }
}

TEST_CASE("first timeout: who survives it, where nothing later is known") {
  struct Row {
    int fresh;
    int aged;
    double oldest_s;
    double weight;
  };
  for (const Row& row : {Row{12, 19, 2.9, -2.5},  // 24/s younger than a second, 10/s older: the others completed
                         Row{12, 46, 2.9, 0},     // a flood: as many of each age
                         Row{12, 12, 1.9, 0},     // seen for less than a second after the first timeout
                         Row{8, 8, 2.9, -2.5},    // 0.26, and 0.13 for chance
                         Row{8, 16, 2.9, 0},      // 0.53, and 0.23 for chance
                         Row{200, 100, 2.9, -2.5}}) {
    CAPTURE(row.fresh);
    CAPTURE(row.aged);
    Scene scene;
    for (int i = 0; i < row.fresh; ++i) scene.request(0.55 + 0.4 * i / row.fresh);
    for (int i = 0; i < row.aged; ++i) scene.request(1.05 + (row.oldest_s - 1.05) * (i + 1) / row.aged);
    const auto found = weighed(scene, "first_timeout_survivors");
    if (row.oldest_s < 2) {
      CHECK_FALSE(found.has_value());
      continue;
    }
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
  Scene few;
  for (int i = 0; i < 5; ++i) few.request(0.7);
  for (int i = 0; i < 8; ++i) few.request(2.9);
  REQUIRE(weighed(few, "first_timeout_survivors").has_value());
  CHECK(weighed(few, "first_timeout_survivors")->weight == 0);
}

TEST_CASE("first timeout: all rounds count, but a flood among clients far away stays one") {
  Scene thinning;  // by three fifths a round, but one round is thin by chance
  for (int i = 0; i < 12; ++i) thinning.request(0.55 + 0.03 * i);
  for (int i = 0; i < 9; ++i) thinning.request(1.1 + 0.2 * i);
  for (int i = 0; i < 20; ++i) thinning.request(3.1 + 0.18 * i);
  for (int i = 0; i < 5; ++i) thinning.request(7.1 + 0.3 * i);
  REQUIRE(weighed(thinning, "first_timeout_survivors").has_value());
  CHECK(weighed(thinning, "first_timeout_survivors")->weight < 0);
  Scene far;
  far.flood(5, 14);
  for (int i = 0; i < 60; ++i) far.request(0.5 + 0.008 * i);
  REQUIRE(weighed(far, "first_timeout_survivors").has_value());
  CHECK(weighed(far, "first_timeout_survivors")->weight == 0);
}

TEST_CASE("survival: a flood stays, clients get through, chance clears nobody") {
  struct Row {
    int first;
    int second;
    double weight;
  };
  // 3 to 7 s is twice as long as 1 to 3 s.
  for (const Row& row :
       {Row{20, 40, 1}, Row{20, 30, 1}, Row{20, 28, 0}, Row{48, 38, -2.5}, Row{5, 7, 0}, Row{8, 8, 0}}) {
    CAPTURE(row.first);
    CAPTURE(row.second);
    Scene scene;
    for (int i = 0; i < row.first; ++i) scene.request(1 + 2.0 * i / row.first);
    for (int i = 0; i < row.second; ++i) scene.request(6.99 - 3.9 * i / row.second);
    const auto found = weighed(scene, "survival");
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
}

TEST_CASE("client retries: netlink above /proc, of the aged") {
  struct Row {
    int repeated;
    int silent;
    double weight;
  };
  for (const Row& row : {Row{0, 20, 1}, Row{1, 20, 1}, Row{1, 19, 0}, Row{3, 17, 0}, Row{4, 16, -4}, Row{20, 0, -4}}) {
    CAPTURE(row.repeated);
    Scene scene;
    for (int i = 0; i < row.repeated; ++i) scene.request(1.5, Sources::random, 1);
    for (int i = 0; i < row.silent; ++i) scene.request(1.5);
    const auto found = weighed(scene, "client_retries");
    REQUIRE(found.has_value());
    CHECK(found->weight == row.weight);
  }
  Scene surviving;
  surviving.flood(10, 10, Sources::random, 2);
  CHECK(weighed(surviving, "client_retries")->weight == -2);  // nobody completes: retries may be replayed
}

TEST_CASE("without /proc, retries beyond tcp_synack_retries are proof, and fewer prove nothing") {
  Scene scene;
  scene.proc_rows.clear();
  for (int i = 0; i < 20; ++i) scene.request(1.5, Sources::random, i < 10 ? 7 : 0);
  scene.proc_rows.clear();
  REQUIRE(weighed(scene, "client_retries").has_value());
  CHECK(weighed(scene, "client_retries")->value == 0.5);
  KernelFacts facts = test::zero_facts();
  facts.settings.synack_retries.reset();
  CHECK_FALSE(weighed(scene, "client_retries", facts).has_value());
}

TEST_CASE("sources: spread, concentration, entropy") {
  Scene random;
  random.flood(10, 10);
  CHECK(weighed(random, "unique_sources")->weight == 0.5);
  CHECK(weighed(random, "source_entropy")->value.value() == doctest::Approx(1));
  CHECK(weighed(random, "top_prefix")->weight == 0);
  Scene single;
  single.flood(10, 10, Sources::single);
  CHECK(weighed(single, "unique_sources")->weight == 0);
  CHECK(weighed(single, "source_entropy")->value.value() == doctest::Approx(0));
  CHECK(weighed(single, "top_source")->value == 1.0);
  CHECK(weighed(single, "top_prefix")->weight == 1);
  Scene subnet;
  subnet.flood(10, 10, Sources::subnet);
  CHECK(weighed(subnet, "top_source")->value.value() < 0.5);
  CHECK(weighed(subnet, "top_prefix")->value == 1.0);
}

TEST_CASE("sources that are known speak for clients, sources that cannot be against them") {
  Scene scene;
  scene.flood(10, 10);
  CHECK_FALSE(weighed(scene, "known_sources").has_value());  // nothing else was seen
  scene.established(10);
  CHECK(weighed(scene, "known_sources")->weight == 0.5);
  for (std::size_t i = 10; i < 60; ++i) {
    scene.rows.push_back(test::connection(State::established, scene.local, scene.rows[i].remote));
  }
  CHECK(weighed(scene, "known_sources")->weight == -1);
  CHECK(weighed(scene, "impossible_sources")->weight == 0);
  Scene forged;
  forged.flood(10, 10, Sources::class_e);
  CHECK(weighed(forged, "impossible_sources")->weight == 2);
}

TEST_CASE("one port for many sources is a tool's") {
  Scene scene;
  scene.flood(10, 10);
  CHECK(weighed(scene, "port_spread")->weight == 0);
  for (Connection& row : scene.rows) row.remote.port = 4444;
  CHECK(weighed(scene, "port_spread")->weight == 0.5);
  for (std::size_t i = 0; i < scene.rows.size(); ++i) scene.rows[i].remote.port = static_cast<std::uint16_t>(2000 + i);
  CHECK(weighed(scene, "port_spread")->weight == 0.5);
  Scene client;
  client.flood(10, 10, Sources::single);
  CHECK_FALSE(weighed(client, "port_spread").has_value());
}

TEST_CASE("the accept queue counts when it is full or nearly so") {
  struct Row {
    std::uint32_t waiting;
    std::uint32_t limit;
    double weight;
  };
  for (const Row& row : {Row{64, 64, -6}, Row{65, 64, -6}, Row{57, 64, 0}, Row{58, 64, -6}, Row{0, 0, 0}, Row{1, 0, -6},
                         Row{4, 4, 0}, Row{5, 4, -6}}) {
    CAPTURE(row.waiting);
    CAPTURE(row.limit);
    Scene scene;
    scene.flood(4, 5);
    scene.accept_queue = row.waiting;
    scene.backlog = row.limit;
    CHECK(weighed(scene, "accept_queue_load")->weight == row.weight);
  }
}

TEST_CASE("counters: weights at their limits") {
  using Facts = KernelFacts;
  const auto cookies = [](std::uint64_t sent, std::uint64_t answered) {
    return [=](Facts& f) {
      f.counters.syncookies_sent = sent;
      f.counters.syncookies_recv = answered;
    };
  };
  CHECK_FALSE(counted(cookies(9, 0), "cookie_answers").has_value());
  CHECK(counted(cookies(100, 49), "cookie_answers")->weight == 4);
  CHECK(counted(cookies(100, 50), "cookie_answers")->weight == 2.5);
  CHECK(counted(cookies(100, 80), "cookie_answers")->weight == 0);
  CHECK(counted(cookies(100, 85), "cookie_answers")->weight == -1);
  CHECK(counted(cookies(49, 49), "cookie_answers")->weight == 0);
  CHECK(counted(cookies(100, 0), "cookies_unanswered")->weight == 1);
  CHECK(counted(cookies(99, 0), "cookies_unanswered")->weight == 0);
  const auto embryonic = [](std::uint64_t rsts, std::uint64_t opens) {
    return [=](Facts& f) {
      f.counters.embryonic_rsts = rsts;
      f.counters.passive_opens = opens;
    };
  };
  CHECK(counted(embryonic(49, 0), "embryonic_resets")->weight == 0);
  CHECK(counted(embryonic(50, 0), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(250, 0), "embryonic_resets")->weight == 5);
  CHECK(counted(embryonic(250, 500), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(250, 250), "embryonic_resets")->weight == 4);
  CHECK(counted(embryonic(199, 100), "embryonic_resets")->weight == 3);
  CHECK(counted(embryonic(200, 100), "embryonic_resets")->weight == 4);
  const auto alive = [](std::uint64_t retransmits, std::uint64_t timeouts) {
    return [=](Facts& f) {
      f.counters.syn_retrans = retransmits;
      f.counters.tcp_timeouts = timeouts;
    };
  };
  CHECK_FALSE(counted(alive(20, 14), "syn_retransmits_per_timeout").has_value());
  CHECK(counted(alive(115, 100), "syn_retransmits_per_timeout")->weight == 0);
  CHECK(counted(alive(116, 100), "syn_retransmits_per_timeout")->weight == -2);
}

TEST_CASE("silent drops: overflows are none, fresh queues weigh half, repeating clients nothing") {
  const auto drops = [](KernelFacts& f) {
    f.counters.listen_drops = 2775;
    f.counters.listen_overflows = 0;
    f.counters.passive_opens = 71;
  };
  Scene stale;
  stale.flood(20, 5);
  CHECK(counted(drops, "silent_drops", stale)->weight == 4);
  Scene fresh;
  fresh.fresh(100);
  CHECK(counted(drops, "silent_drops", fresh)->weight == 2);
  const auto overflows = [&](KernelFacts& f) {
    drops(f);
    f.counters.listen_overflows = 2775;
  };
  CHECK(counted(overflows, "silent_drops", stale)->weight == 0);
  const auto alive = [&](KernelFacts& f) {
    drops(f);
    f.counters.syn_retrans = 330;
    f.counters.tcp_timeouts = 100;
  };
  CHECK(counted(alive, "silent_drops", stale)->weight == 0);
}

TEST_CASE("clients that come all at once answer their cookies, whenever the readings fall") {
  const SynSample sample = Scene().sample();
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = test::zero_facts();
  input.facts.counters.syncookies_sent = 500;
  input.facts.counters.syncookies_recv = 400;
  input.facts_before = test::zero_facts();
  input.apart = std::chrono::seconds(3);
  // 235 came at the start and answered within the first second, as many come in the last one.
  input.after_first_second = input.facts_before->counters;
  input.after_first_second->syncookies_sent = 235;
  input.after_first_second->syncookies_recv = 400;
  input.before_last_second = input.after_first_second;
  const SynReport report = detect_syn(input, {});
  const Evidence* found = test::evidence(test::verdict(report, "host"), "cookie_answers");
  REQUIRE(found != nullptr);
  CHECK(found->value == doctest::Approx(0.8));
  CHECK(found->weight == 0);
}

TEST_CASE("without the readings in between, cookies of a few seconds weigh nothing") {
  Scene scene;
  const SynSample sample = scene.sample();
  SynInput input;
  input.now = &sample;
  input.before = &sample;
  input.facts = test::zero_facts();
  input.facts_before = test::zero_facts();
  input.facts.counters.syncookies_sent = 1000;
  input.apart = std::chrono::seconds(5);
  const auto weight = [&] {
    return test::evidence(test::verdict(detect_syn(input, {}), "host"), "cookie_answers")->weight;
  };
  CHECK(weight() == 0);
  input.apart = std::chrono::seconds(60);
  CHECK(weight() == 4);
}

}  // namespace
}  // namespace tcpstat::detect
