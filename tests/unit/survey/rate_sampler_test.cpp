#include "survey/rate_sampler.h"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <ostream>

#include "filter/expression.h"
#include "support/fake_host.h"
#include "survey/dump.h"

namespace tcpstat::survey {
namespace {

/// A connection that has sent so much.
struct Sent {
  explicit Sent(std::uint64_t bytes, std::optional<std::uint64_t> cookie, State state = State::established)
      : row(test::connection(state, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 1))) {
    set_tcp_info_value(info, tcp_info_field("bytes_sent"), bytes);
    row.cookie = cookie;
    row.tcp_info = info;
  }
  std::vector<std::byte> info = std::vector<std::byte>(280);
  Connection row;
};

/// The rate of each cookie, and -1 for none.
class RatesSeen final : public Sink {
 public:
  Flow connection(const Connection& row) override {
    const auto sent = row.rates == nullptr ? std::nullopt : row.rates->sent_bytes;
    by_cookie[row.cookie.value_or(0)] = sent ? static_cast<std::int64_t>(*sent) : -1;
    return Flow::more;
  }
  Flow listener(const Listener& /*row*/) override {
    ++listeners;
    return Flow::more;
  }
  std::map<std::uint64_t, std::int64_t> by_cookie;
  int listeners = 0;
};

struct Scene {
  Scene() { plan.rates = &sampler; }

  test::FakeHost host;
  RateSampler sampler{host.time};
  DumpPlan plan;
  RatesSeen seen;
};

TEST_CASE_FIXTURE(Scene, "rows of the second sample have the rates since the first, by cookie") {
  const Sent first(1000, 7);
  const Sent idle(50, 8);
  const Sent second(9000, 7);
  const Sent fresh(123456, 9);
  const Sent nameless(5, std::nullopt);
  host.dumps = {{.connections = {first.row, idle.row, nameless.row}},
                {.connections = {fresh.row, nameless.row, idle.row, second.row}, .listeners = {Listener{}}}};
  take_first_rates(host, plan);
  CHECK(host.last_query.parts.tcp_info);
  host.time.sleep_until(host.time.now() + std::chrono::seconds(2));
  take(host, plan, seen);
  // What was not there before has carried its bytes in a time that nobody knows.
  CHECK(seen.by_cookie == std::map<std::uint64_t, std::int64_t>{{0, -1}, {7, 4000}, {8, 0}, {9, -1}});
  CHECK(seen.listeners == 1);
}

TEST_CASE_FIXTURE(Scene, "each sample is compared with the one before it") {
  const Sent one(0, 7);
  const Sent two(100, 7);
  const Sent three(1100, 7);
  host.dumps = {{.connections = {one.row}}, {.connections = {two.row}}, {}, {.connections = {three.row}}};
  const auto next = [&] {
    seen.by_cookie.clear();
    take(host, plan, seen);
    host.time.sleep_until(host.time.now() + std::chrono::seconds(1));
    return seen.by_cookie.empty() ? -2 : seen.by_cookie.at(7);
  };
  CHECK(next() == -1);
  CHECK(next() == 100);
  CHECK(next() == -2);
  CHECK(next() == -1);  // the sample before lacks it
}

TEST_CASE_FIXTURE(Scene, "two namespaces may have the same cookies") {
  Sent here[] = {Sent(0, 7), Sent(100, 7)};
  Sent there[] = {Sent(5000, 7), Sent(5500, 7)};
  here[0].row.netns = here[1].row.netns = 1;
  there[0].row.netns = there[1].row.netns = 2;
  host.dumps = {
      {.connections = {there[0].row, here[0].row}}, {.connections = {here[1].row}}, {.connections = {there[1].row}}};
  take_first_rates(host, plan);
  host.time.sleep_until(host.time.now() + std::chrono::seconds(1));
  take(host, plan, seen);
  CHECK(seen.by_cookie.at(7) == 100);
  take(host, plan, seen);
  CHECK(seen.by_cookie.at(7) == -1);
}

TEST_CASE_FIXTURE(Scene, "a filter by rate sees them") {
  const Sent slow[] = {Sent(0, 7), Sent(10, 7)};
  const Sent fast[] = {Sent(0, 8), Sent(5000, 8)};
  host.dumps = {{.connections = {slow[0].row, fast[0].row}}, {.connections = {slow[1].row, fast[1].row}}};
  const filter::NumberTest more{find_column("SENT_BPS"), filter::Comparison::greater, 1000};
  filter::add_expression(plan.query.filter, filter::Expression(filter::Test(more)));
  CHECK(plan.query.filter.needs.columns.rates);
  filter::settle(plan.query.filter, host.names());
  take_first_rates(host, plan);
  host.time.sleep_until(host.time.now() + std::chrono::seconds(1));
  const Dump dump = take(host, plan, seen);
  CHECK(seen.by_cookie == std::map<std::uint64_t, std::int64_t>{{8, 5000}});
  CHECK(dump.report.tally.total() == 1);
}

}  // namespace
}  // namespace tcpstat::survey
