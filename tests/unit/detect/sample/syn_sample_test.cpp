#include "detect/sample/syn_sample.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "detect/queue_limit.h"
#include "detect/scene.h"

namespace tcpstat::detect {
namespace {

using test::Scene;
using test::Sources;

TEST_CASE("counts are exact and the sample is bounded at any size") {
  SynSampler sampler;
  Scene scene;
  constexpr std::uint64_t kMany = 300'000;
  std::uint64_t aged = 0;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    scene.rows.clear();
    scene.proc_rows.clear();
    const double age = i % 3 == 0 ? 0.5 : 4;
    aged += age > 1 ? 1U : 0U;
    sampler.connection(scene.request(age));
  }
  sampler.listener(test::listener(scene.local));
  const SynSample sample = sampler.take();
  REQUIRE(sample.listeners.size() == 1);
  CHECK(sample.listeners[0].half_open == kMany);
  CHECK(sample.listeners[0].aged() == aged);
  CHECK(sample.half_opens.size() <= SynSample::kMostHalfOpens);
  CHECK(sample.half_opens.size() >= SynSample::kMostHalfOpens / 4);
  const double estimate = sample.scale * static_cast<double>(sample.half_opens.size());
  CHECK(estimate == doctest::Approx(kMany).epsilon(0.05));
}

TEST_CASE("the order of the rows does not matter") {
  Scene scene;
  scene.flood(20, 10);
  scene.established(30);
  const SynSample straight = scene.sample();
  std::reverse(scene.rows.begin(), scene.rows.end());
  const SynSample reversed = scene.sample();
  CHECK(straight.half_opens.size() == reversed.half_opens.size());
  CHECK(straight.listeners[0].by_rounds == reversed.listeners[0].by_rounds);
  CHECK(straight.listeners[0].identity == reversed.listeners[0].identity);
  CHECK(straight.joined() == reversed.joined());
}

TEST_CASE("a request belongs to the most specific listener, and to itself without one") {
  struct Row {
    std::string_view name;
    std::vector<std::string_view> listeners;
    std::string_view owner;
  };
  const Row rows[] = {
      {"its own address", {"0.0.0.0", "192.0.2.1", "::"}, "192.0.2.1:443"},
      {"the wildcard of its family", {"0.0.0.0", "::", "192.0.2.2"}, "0.0.0.0:443"},
      {"the other family's wildcard", {"::"}, "[::]:443"},
      {"nobody", {"192.0.2.2"}, "192.0.2.1:443"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SynSampler sampler;
    for (const std::string_view address : row.listeners) sampler.listener(test::listener(test::endpoint(address, 443)));
    Scene scene;
    sampler.connection(scene.request(2));
    const SynSample sample = sampler.take();
    REQUIRE(sample.half_opens.size() == 1);
    CHECK(to_string(sample.listeners[sample.half_opens[0].listener].local) == row.owner);
    CHECK(sample.half_open() == 1);
  }
}

TEST_CASE("the listeners of a SO_REUSEPORT pool are one, and the fullest queue counts") {
  SynSampler sampler;
  for (std::uint32_t i = 0; i < 4; ++i) {
    Listener row = test::listener(test::endpoint("0.0.0.0", 443));
    row.cookie = i + 1;
    row.accept_queue = i == 2 ? 60 : 1;
    row.accept_limit = 64;
    row.drops = 10;
    sampler.listener(row);
  }
  const SynSample sample = sampler.take();
  REQUIRE(sample.listeners.size() == 1);
  CHECK(sample.listeners[0].sockets == 4);
  CHECK(sample.listeners[0].accept_queue == 60);
  CHECK(sample.listeners[0].drops == 40);
  CHECK(queue_limit(sample.listeners[0], {}) == 4 * 65);
}

TEST_CASE("of requests that are a part, each stands for those that its listener tells of") {
  Scene scene;
  const auto sampled = [&](SynSampler::Requests requests) {
    SynSampler sampler;
    for (int i = 0; i < 40; ++i) sampler.connection(scene.request(i % 4 == 0 ? 0.5 : 4));
    // A pool: each of its sockets tells of all.
    for (int i = 0; i < 2; ++i) {
      Listener listener = test::listener(scene.local);
      listener.syn_recv = 4000;
      sampler.listener(listener);
    }
    return sampler.take(requests);
  };
  const SynSample part = sampled(SynSampler::Requests::part);
  REQUIRE(part.listeners.size() == 1);
  CHECK(part.listeners[0].half_open == 4000);
  CHECK(part.listeners[0].by_rounds[0] == 1000);
  CHECK(part.listeners[0].aged() == 3000);
  CHECK(part.listeners[0].each_stands_for == 100);
  const SynSample all = sampled(SynSampler::Requests::all);
  CHECK(all.listeners[0].half_open == 40);
  CHECK(all.listeners[0].each_stands_for == 1);
}

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

TEST_CASE("a request is of the listener that the kernel's lookup finds, by address, device and family") {
  struct On {
    std::string_view address;
    std::uint32_t interface = 0;
    bool v6only = false;
  };
  struct Row {
    std::string_view name;
    std::vector<On> listeners;
    On request;
    std::string_view owner;
  };
  const Row rows[] = {
      {"a device before none", {{"0.0.0.0"}, {"0.0.0.0", 5}, {"0.0.0.0", 6}}, {"192.0.2.1", 5}, "0.0.0.0:443 5"},
      {"no device", {{"0.0.0.0", 5}, {"0.0.0.0"}}, {"192.0.2.1"}, "0.0.0.0:443 0"},
      {"the address before the device", {{"::", 5}, {"2001:db8::1"}}, {"2001:db8::1", 5}, "[2001:db8::1]:443 0"},
      {"a link-local client of who is bound to none", {{"::"}}, {"2001:db8::1", 5}, "[::]:443 0"},
      {"[::] of the device before 0.0.0.0", {{"0.0.0.0"}, {"::", 5}}, {"192.0.2.1", 5}, "[::]:443 5"},
      {"IPv6 alone", {{"::", 0, true}}, {"192.0.2.1"}, "192.0.2.1:443 0"},
      {"IPv6 alone, beside both", {{"::", 0, true}, {"::"}}, {"192.0.2.1"}, "[::]:443 0"},
      {"another device", {{"0.0.0.0", 6}}, {"192.0.2.1", 5}, "192.0.2.1:443 5"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SynSampler sampler;
    for (const On& on : row.listeners) {
      Listener listener = test::listener(test::endpoint(on.address, 443));
      listener.interface = on.interface;
      if (listener.family == Family::ipv6) listener.v6only = on.v6only;
      sampler.listener(listener);
    }
    Scene scene;
    Connection request = scene.request(2);
    request.local = test::endpoint(row.request.address, 443);
    request.interface = row.request.interface;
    sampler.connection(request);
    const SynSample sample = sampler.take();
    REQUIRE(sample.half_opens.size() == 1);
    const SynListener& owner = sample.listeners[sample.half_opens[0].listener];
    CHECK(to_string(owner.local) + " " + std::to_string(owner.interface) == row.owner);
    CHECK(owner.half_open == 1);
  }
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

TEST_CASE("ages follow from rounds and timer") {
  struct Row {
    std::uint8_t rounds;
    std::uint32_t timer_ms;
    std::optional<double> age;
  };
  for (const Row& row :
       {Row{0, 1000, 0.0}, Row{0, 1, 0.999}, Row{1, 2000, 1.0}, Row{5, 0, 63.0}, Row{0, 2000, {}}, Row{40, 0, {}}}) {
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

TEST_CASE("fates follow cookies through states") {
  Scene before;
  before.flood(2, 10);
  const SynSample first = before.sample();
  Scene now;
  now.rows = {before.rows[10]};
  Connection done = test::connection(State::time_wait, before.rows[11].local, before.rows[11].remote);
  done.cookie = before.rows[11].cookie;
  now.rows.push_back(done);
  const SynSample second = now.sample(&first);
  CHECK(second.outcome(*before.rows[10].cookie) == Outcome::waiting);
  CHECK(second.outcome(*before.rows[11].cookie) == Outcome::completed);
  CHECK(second.outcome(*before.rows[12].cookie) == Outcome::gone);
  CHECK_FALSE(second.outcome(*before.rows[0].cookie).has_value());  // it was not aged
  CHECK_FALSE(second.outcome(4711).has_value());
}

TEST_CASE("a source is known by connections that exist, and unknown without any rows") {
  Scene scene;
  scene.flood(1, 3);
  const Address source = scene.rows[0].remote.address;
  CHECK_FALSE(scene.sample().knows(source).has_value());
  Connection attempt = test::connection(State::syn_sent, test::endpoint("192.0.2.1", 5000), {source, 80});
  scene.rows.push_back(attempt);
  CHECK(scene.sample().knows(source) == false);
  attempt.state = State::established;
  scene.rows.push_back(attempt);
  CHECK(scene.sample().knows(source) == true);
}

TEST_CASE("a FASTOPEN child in SYN_RECV is no request") {
  Scene scene;
  Connection& row = scene.request(2);
  row.minisocket = false;
  row.inode = 5;
  const SynSample sample = scene.sample();
  CHECK(sample.half_open() == 0);
  CHECK(sample.listeners[0].fast_open == 1);
}

}  // namespace
}  // namespace tcpstat::detect
