#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "detect/queue_limit.h"
#include "detect/sample/syn_sample.h"
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

TEST_CASE("a network is known by what is connected from within it") {
  SynSampler sampler;
  for (const char* source : {"198.51.100.77", "::ffff:203.0.113.255", "2001:db8:1:2::3"}) {
    sampler.connection(
        test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint(source, 4000)));
  }
  sampler.connection(
      test::connection(State::syn_sent, test::endpoint("192.0.2.1", 40000), test::endpoint("192.0.9.9", 80)));
  const SynSample sample = sampler.take();
  const auto knows = [&](std::string_view network, std::uint8_t length) {
    return sample.knows_some_in(prefix_of(test::address(network), length));
  };
  CHECK(knows("198.51.100.0", 24));
  CHECK(knows("198.51.100.77", 32));
  CHECK(knows("198.51.0.0", 16));
  CHECK_FALSE(knows("198.51.100.76", 32));
  CHECK_FALSE(knows("198.51.101.0", 24));
  CHECK_FALSE(knows("198.51.99.0", 24));
  CHECK(knows("203.0.113.0", 24));
  CHECK_FALSE(knows("203.0.114.0", 24));
  CHECK_FALSE(knows("192.0.9.0", 24));  // nothing was exchanged
  CHECK(knows("2001:db8:1:2::", 64));
  CHECK(knows("2001:db8:1::", 48));
  CHECK(knows("2001:db8:1:2::9", 128));  // one host owns a /64
  CHECK_FALSE(knows("2001:db8:1:3::", 64));
  CHECK_FALSE(knows("2001:db8:2::", 48));
  CHECK(knows("::", 0));
  CHECK(knows("0.0.0.0", 0));
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

/// A request of the listener on 192.0.2.1:443, from netlink.
Connection request_row() {
  Connection row =
      test::connection(State::syn_recv, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40'000));
  row.minisocket = true;
  row.cookie = 77;
  row.timer_ms = 250;
  row.retransmits = 2;
  return row;
}

HalfOpen sampled(const Connection& row) {
  SynSampler sampler;
  CHECK(sampler.connection(row) == Flow::more);
  const SynSample sample = sampler.take();
  REQUIRE(sample.half_opens.size() == 1);
  CHECK(sample.scale == 1);
  return sample.half_opens.front();
}

TEST_CASE("what a request says is kept") {
  const HalfOpen entry = sampled(request_row());
  CHECK(entry.cookie == 77);
  CHECK(entry.source == test::address("198.51.100.7"));
  CHECK(entry.source_port == 40'000);
  CHECK(entry.family == Family::ipv4);
  CHECK(entry.timer_ms == 250);
  CHECK(entry.retransmits == 2);
  CHECK_FALSE(entry.timeouts.has_value());
  Connection mapped = request_row();
  mapped.family = Family::ipv6;
  mapped.local = test::endpoint("::ffff:192.0.2.1", 443);
  mapped.remote.address = test::address("::ffff:198.51.100.7");
  mapped.cookie.reset();
  mapped.timer_ms.reset();
  mapped.retransmits.reset();
  const HalfOpen bare = sampled(mapped);
  CHECK(bare.hash != 0);
  CHECK(bare.cookie == 0);
  CHECK(bare.source == test::address("198.51.100.7"));
  CHECK(bare.family == Family::ipv6);
  CHECK_FALSE(bare.timer_ms.has_value());
  CHECK_FALSE(bare.retransmits.has_value());
  CHECK_FALSE(bare.timeouts.has_value());
}

TEST_CASE("a count of rounds is one of retransmits from netlink, and of timeouts from /proc") {
  struct Row {
    std::string_view name;
    model::Origin origin;
    bool cookie;
    bool retransmits;
  };
  for (const Row& row :
       {Row{"netlink", model::Origin::netlink, true, true}, Row{"netlink, untold", model::Origin::netlink, false, true},
        Row{"/proc", model::Origin::proc, false, false},
        Row{"netlink, written down", model::Origin::proc, true, true}}) {
    CAPTURE(row.name);
    for (const unsigned count : {255U, 256U}) {
      Connection request = request_row();
      request.origin = row.origin;
      request.retransmits = count;
      if (!row.cookie) request.cookie.reset();
      const HalfOpen entry = sampled(request);
      CHECK(entry.retransmits.has_value() == row.retransmits);
      CHECK(entry.timeouts.has_value() != row.retransmits);
      CHECK(entry.rounds() == 255);
    }
  }
}

TEST_CASE("requests that differ in any part of an end are two") {
  const auto kept = [](std::string_view local, std::string_view remote, std::uint16_t port) {
    SynSampler sampler;
    const auto add = [&](const Endpoint& server, const Endpoint& client) {
      Connection row = test::connection(State::syn_recv, server, client);
      row.minisocket = true;
      sampler.connection(row);
    };
    add(test::endpoint("2001:db8::1", 443), test::endpoint("2001:db8::7", 5000));
    add(test::endpoint(local, 443), test::endpoint(remote, port));
    return sampler.take().half_opens.size();
  };
  CHECK(kept("2001:db8::1", "2001:db8::7", 5000) == 1);
  CHECK(kept("2001:db8::1", "2001:db8::8", 5000) == 2);
  CHECK(kept("2001:db8::2", "2001:db8::7", 5000) == 2);
  CHECK(kept("2001:db9::1", "2001:db8::7", 5000) == 2);
  CHECK(kept("2001:db8::2", "2001:db8::7", 5001) == 2);
  CHECK(kept("2001:db8:1::2", "2001:db8::7", 5000) == 2);
}

TEST_CASE("requests are counted by their rounds, the last of which stands for all that follow, and apart if deferred") {
  SynSampler sampler;
  for (const unsigned rounds : {0U, 0U, 1U, 14U, 15U, 16U, 200U}) {
    Connection row = request_row();
    row.remote.port = static_cast<std::uint16_t>(rounds);
    row.retransmits = rounds;
    row.timer_ms = 0;
    sampler.connection(row);
  }
  Connection deferred = request_row();
  deferred.retransmits = 0;
  deferred.timer_ms = 3000;
  sampler.connection(deferred);
  const SynSample sample = sampler.take();
  REQUIRE(sample.listeners.size() == 1);
  const SynListener& one = sample.listeners[0];
  CHECK(one.half_open == 8);
  CHECK(one.deferred == 1);
  CHECK(one.by_rounds[0] == 2);
  CHECK(one.by_rounds[1] == 1);
  CHECK(one.by_rounds[2] == 0);
  CHECK(one.by_rounds[14] == 1);
  CHECK(one.by_rounds[15] == 3);
  CHECK(one.sockets == 0);
  CHECK(one.fast_open == 0);
  CHECK(sample.other_rows == 0);
}

TEST_CASE("aged requests with a cookie are watched, and no others") {
  SynSample before;
  for (const std::uint64_t cookie : {0U, 1U, 2U, 3U, 4U, 5U}) {
    HalfOpen entry;
    entry.cookie = cookie;
    entry.retransmits = static_cast<std::uint8_t>(cookie == 1 ? 0 : 1);
    before.half_opens.push_back(entry);
  }
  SynSampler sampler;
  sampler.watch(before);
  const std::uint64_t more[] = {0, 6};
  sampler.watch(more);
  Connection row = request_row();
  row.cookie = 2;
  sampler.connection(row);
  row.cookie = 3;
  row.minisocket = false;  // TCP Fast Open
  sampler.connection(row);
  row.cookie = 4;
  row.state = State::time_wait;
  row.minisocket = true;
  sampler.connection(row);
  row.cookie.reset();
  sampler.connection(row);
  const SynSample sample = sampler.take();
  CHECK_FALSE(sample.outcome(0).has_value());
  CHECK_FALSE(sample.outcome(1).has_value());
  CHECK(sample.outcome(2) == Outcome::waiting);
  CHECK(sample.outcome(3) == Outcome::completed);
  CHECK(sample.outcome(4) == Outcome::completed);
  CHECK(sample.outcome(5) == Outcome::gone);
  CHECK(sample.outcome(6) == Outcome::gone);
}

TEST_CASE("every row that is no request and no listener counts, and only what was exchanged makes a source known") {
  SynSampler sampler;
  Connection row = request_row();
  row.minisocket = false;
  const auto from = [&](State state, const char* source) {
    row.state = state;
    row.remote.address = test::address(source);
    CHECK(sampler.connection(row) == Flow::more);
  };
  from(State::syn_sent, "192.0.2.11");
  from(State::close, "192.0.2.12");
  from(State::syn_recv, "192.0.2.13");
  from(State::established, "192.0.2.14");
  from(State::time_wait, "192.0.2.15");
  from(State::established, "192.0.2.16");
  from(State::established, "192.0.2.14");
  const SynSample sample = sampler.take();
  CHECK(sample.other_rows == 6);
  CHECK(sample.half_opens.empty());
  for (const char* source : {"192.0.2.11", "192.0.2.12", "192.0.2.13"})
    CHECK(sample.knows(test::address(source)) == false);
  for (const char* source : {"192.0.2.14", "192.0.2.15", "192.0.2.16", "::ffff:192.0.2.14"}) {
    CHECK(sample.knows(test::address(source)) == true);
  }
}

SynListener pooled(const std::vector<Listener>& rows) {
  SynSampler sampler;
  for (const Listener& row : rows) CHECK(sampler.listener(row) == Flow::more);
  const SynSample sample = sampler.take();
  REQUIRE(sample.listeners.size() == 1);
  return sample.listeners.front();
}

TEST_CASE("a pool leaves IPv4 alone if all of its sockets do") {
  const auto leaves = [](const std::vector<std::optional<bool>>& v6only) {
    std::vector<Listener> rows;
    for (const auto& one : v6only) rows.push_back(test::listener(test::endpoint("::", 443))), rows.back().v6only = one;
    return pooled(rows).leaves_ipv4;
  };
  CHECK(leaves({true}));
  CHECK(leaves({true, true}));
  CHECK_FALSE(leaves({false}));
  CHECK_FALSE(leaves({{}}));
  CHECK_FALSE(leaves({true, false}));
  CHECK_FALSE(leaves({false, true}));
  CHECK_FALSE(leaves({true, {}, true}));
}

TEST_CASE("a pool is known by the cookies of its sockets, in any order") {
  const auto identity = [](const std::vector<std::optional<std::uint64_t>>& cookies) {
    std::vector<Listener> rows;
    for (const auto& one : cookies) rows.push_back(test::listener(test::endpoint("::", 443))), rows.back().cookie = one;
    return pooled(rows).identity;
  };
  CHECK_FALSE(identity({{}}).has_value());
  CHECK(identity({5, 9}) == identity({9, 5}));
  CHECK(identity({5, {}}) == identity({5}));
  CHECK(identity({5, 5}).value() != 0);
  CHECK(identity({5, 9}) != identity({9, 9}));
  CHECK(identity({5, 9}) != identity({9}));
  // The file of an earlier version remembers it.
  CHECK(identity({5}) == 0x5'0000'0005);
}

TEST_CASE("what the sockets of a pool tell is added up, or the most of it") {
  Listener first = test::listener(test::endpoint("::ffff:192.0.2.1", 443));
  first.interface = 7;
  first.netns = 41;
  first.accept_limit = 128;
  Listener second = first;
  second.accept_limit = 64;
  first.syn_recv = 30;
  first.drops = 5;
  const SynListener pool = pooled({first, second, first});
  CHECK(pool.local == test::endpoint("192.0.2.1", 443));
  CHECK(pool.interface == 7);
  CHECK(pool.netns == 41);
  CHECK(pool.sockets == 3);
  CHECK(pool.told_half_open == 30);
  CHECK(pool.drops == 10);
  CHECK(pool.backlogs == std::vector<std::uint32_t>{128, 64, 128});
  CHECK(pooled({second, first}).told_half_open == 30);
  CHECK_FALSE(pooled({second}).drops.has_value());
  // Of a part of the backlogs nobody knows the room.
  second.accept_limit.reset();
  CHECK(pooled({first, second}).backlogs.empty());
}

TEST_CASE("of the accept queues of a pool the fullest counts, and without limits the longest") {
  struct Queue {
    std::optional<std::uint32_t> waiting;
    std::optional<std::uint32_t> limit;
  };
  struct Row {
    std::string_view name;
    std::vector<Queue> queues;
    Queue fullest;
  };
  const Row rows[] = {
      {"the first, by its share", {{{5, 9}, {8, 99}}}, {5, 9}},
      {"the last, by its share", {{{8, 99}, {5, 9}}}, {5, 9}},
      {"the longest", {{{3, {}}, {4, {}}, {2, {}}}}, {4, {}}},
      {"one that is not known", {{{{}, 5}, {0, 7}}}, {0, 7}},
      {"a limit of none", {{{1, 1}, {1, 0}}}, {1, 0}},
      {"as full, so the first", {{{1, 0}, {2, 1}}}, {1, 0}},
      {"none is known", {{{{}, 5}}}, {{}, {}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::vector<Listener> listeners;
    for (const Queue& queue : row.queues) {
      listeners.push_back(test::listener(test::endpoint("::", 443)));
      listeners.back().accept_queue = queue.waiting;
      listeners.back().accept_limit = queue.limit;
    }
    const SynListener pool = pooled(listeners);
    CHECK(pool.accept_queue == row.fullest.waiting);
    CHECK(pool.accept_limit == row.fullest.limit);
  }
}

TEST_CASE("requests on several ends are counted for each, in any order of their rows") {
  SynSampler sampler;
  const char* ends[] = {"192.0.2.1",   "2001:db8::1", "192.0.2.2",  "192.0.2.1",
                        "2001:db8::2", "192.0.2.1",   "2001:db8::1"};
  std::uint16_t port = 1;
  for (const char* end : ends) {
    Connection row = request_row();
    row.local.address = test::address(end);
    row.interface = end == ends[2] ? 3 : 0;
    row.remote = {row.local.address, port++};
    sampler.connection(row);
  }
  const SynSample sample = sampler.take();
  std::string said;
  for (const SynListener& one : sample.listeners) {
    said += to_string(one.local) + "%" + std::to_string(one.interface) + "=" + std::to_string(one.half_open) + " ";
  }
  CHECK(said == "192.0.2.1:443%0=3 [2001:db8::1]:443%0=2 192.0.2.2:443%3=1 [2001:db8::2]:443%0=1 ");
  for (const HalfOpen& entry : sample.half_opens) {
    CHECK(sample.listeners.at(entry.listener).local.address == entry.source);
  }
}

TEST_CASE("of very many local ends the last count for their port") {
  for (const std::size_t more : {0U, 1U, 3U}) {
    CAPTURE(more);
    SynSampler sampler;
    for (std::size_t i = 0; i < SynSampler::kMostEndpoints + more; ++i) {
      Connection row = request_row();
      row.local.address.bytes[2] = static_cast<std::uint8_t>(i / 256);
      row.local.address.bytes[3] = static_cast<std::uint8_t>(i % 256);
      sampler.connection(row);
    }
    const SynSample sample = sampler.take();
    CHECK(sample.listeners.size() == SynSampler::kMostEndpoints + (more > 0 ? 1 : 0));
    const SynListener* rest = sample.find(test::endpoint("0.0.0.0", 443));
    CHECK((rest != nullptr) == (more > 0));
    if (rest != nullptr) CHECK(rest->half_open == more);
  }
}

}  // namespace
}  // namespace tcpstat::detect
