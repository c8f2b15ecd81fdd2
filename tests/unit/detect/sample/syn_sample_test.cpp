#include "detect/sample/syn_sample.h"

#include <doctest/doctest.h>

#include <ostream>

#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

TEST_CASE("listeners on different devices are pools of their own") {
  const auto devices_of = [](std::initializer_list<std::uint32_t> interfaces) {
    SynSampler sampler;
    for (const std::uint32_t interface : interfaces) {
      Listener row = test::listener(test::endpoint("0.0.0.0", 443));
      row.interface = interface;
      sampler.listener(row);
    }
    SynSample sample = sampler.take();
    test::TableNames names;
    names.interfaces = {{5, "eth0"}, {6, "eth1"}};
    sample.name_devices(names);
    std::string out;
    for (const SynListener& one : sample.listeners) {
      out += (out.empty() ? "" : " ") + std::to_string(one.sockets) + "x" + (one.device.empty() ? "-" : one.device);
    }
    return out;
  };
  CHECK(devices_of({5}) == "1xeth0");
  CHECK(devices_of({6, 6}) == "2xeth1");
  CHECK(devices_of({0}) == "1x-");
  CHECK(devices_of({5, 6}) == "1xeth0 1xeth1");
  CHECK(devices_of({5, 0}) == "1x- 1xeth0");
  CHECK(devices_of({5, 6, 5}) == "2xeth0 1xeth1");
  CHECK(devices_of({7}) == "1x7");
}

TEST_CASE("what listeners dropped since an earlier sample, unless they are other sockets now") {
  const auto sample_of = [](std::initializer_list<std::optional<std::uint32_t>> drops, std::uint64_t cookie) {
    SynSampler sampler;
    std::uint16_t port = 1;
    for (const auto& count : drops) {
      Listener row = test::listener(test::endpoint("0.0.0.0", port));
      row.cookie = port == 5 ? cookie : port;
      row.drops = count;
      sampler.listener(row);
      ++port;
    }
    return sampler.take();
  };
  const SynSample before = sample_of({10, 10, 10, {}, 10}, 5);
  const auto lost = sample_of({10, 11, 17, 20, 20, 9}, 6).drops_since(before);
  REQUIRE(lost.size() == 2);
  CHECK(to_string(lost[0].end.local) == "0.0.0.0:3");
  CHECK(lost[0].count == 7);
  CHECK(to_string(lost[1].end.local) == "0.0.0.0:2");
  CHECK(lost[1].count == 1);
  CHECK(before.drops_since(before).empty());
}

TEST_CASE("retransmits and timeouts tell who acts") {
  Scene scene;
  scene.request(5);
  scene.request(5, Sources::random, 2);
  scene.request(5, Sources::random, 0, 2);
  const SynSample alone = scene.sample(nullptr, false);
  CHECK(alone.joined() == 0);
  // The timer of the deferred one is set for longer than its retransmits account for.
  CHECK(alone.listeners[0].deferred == 1);
  const SynSample joined = scene.sample();
  CHECK(joined.joined() == 3);
  std::size_t repeated = 0;
  std::size_t deferred = 0;
  for (const HalfOpen& entry : joined.half_opens) {
    repeated += *entry.retransmits > *entry.timeouts ? 1U : 0U;
    deferred += entry.deferred() ? 1U : 0U;
    CHECK(entry.rounds() == 2);
    CHECK(entry.age_s().value() == doctest::Approx(5));
  }
  CHECK(repeated == 1);
  CHECK(deferred == 1);
}

TEST_CASE("a part of /proc stands for the whole") {
  Scene scene;
  for (int i = 0; i < 40; ++i) scene.request(5, Sources::random, i % 4 == 0 ? 1 : 0);
  SynSample sample = scene.sample(nullptr, false);
  TimeoutJoin join(sample, 20);
  std::size_t read = 0;
  for (const Connection& row : scene.proc_rows) {
    ++read;
    if (join.connection(row) == Flow::stop) break;
  }
  CHECK(read == 20);
  SynInput input;
  input.now = &sample;
  input.facts = test::zero_facts();
  const SynReport report = detect_syn(input, {});
  const Evidence* found = test::evidence(test::verdict(report), "client_retries");
  REQUIRE(found != nullptr);
  CHECK(found->value == doctest::Approx(0.25));
  CHECK(found->source == "sock_diag, /proc/net/tcp");
}

TEST_CASE("timeouts that a byte does not hold are as many as it holds") {
  Scene scene;
  scene.request(2);
  scene.proc_rows.front().retransmits = 256;
  CHECK(scene.sample().half_opens.at(0).timeouts == 255);
}

TEST_CASE("requests of which a part was kept stand for all of each kind") {
  SynListener listener;
  listener.half_open = 40;
  listener.deferred = 4;
  listener.by_rounds = {16, 12, 8};
  listener.stretch_to(30);
  CHECK(listener.half_open == 40);
  listener.stretch_to(4000);
  CHECK(listener.half_open == 4000);
  CHECK(listener.deferred == 400);
  CHECK(listener.by_rounds[0] == 1600);
  CHECK(listener.by_rounds[1] == 1200);
  CHECK(listener.by_rounds[2] == 800);
  CHECK(listener.each_stands_for == 100);
  CHECK(listener.aged() == 2000);
}

TEST_CASE("ages follow from rounds and timer") {
  struct Row {
    std::uint8_t rounds;
    std::uint32_t timer_ms;
    std::optional<double> age;
  };
  for (const Row& row : {Row{0, 1000, 0.0}, Row{0, 1, 0.999}, Row{1, 2000, 1.0}, Row{5, 0, 63.0}, Row{6, 0, 127.0},
                         Row{7, 120'000, 127.0}, Row{10, 0, 607.0}, Row{0, 2000, {}}, Row{40, 0, {}}}) {
    CAPTURE(static_cast<int>(row.rounds));
    HalfOpen entry;
    entry.retransmits = row.rounds;
    entry.timer_ms = row.timer_ms;
    CHECK(entry.age_s().has_value() == row.age.has_value());
    if (row.age) CHECK(entry.age_s().value() == doctest::Approx(*row.age));
  }
  CHECK_FALSE(HalfOpen{}.age_s().has_value());
}

TEST_CASE("the join is worth reading /proc once eight are aged or deferred") {
  Scene scene;
  scene.fresh(100);
  for (int i = 0; i < 7; ++i) scene.request(2);
  CHECK_FALSE(scene.sample().wants_timeouts(Family::ipv4));
  SUBCASE("aged") { scene.request(2); }
  SUBCASE("deferred") { scene.request(5, Sources::random, 0, 2); }
  const SynSample sample = scene.sample(nullptr, false);
  CHECK(sample.wants_timeouts(Family::ipv4) == 1);
  CHECK(sample.wants_timeouts(Family::ipv6) == 0);
}

}  // namespace
}  // namespace tcpstat::detect
