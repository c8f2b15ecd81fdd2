#include "survey/sorter.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "support/rows.h"

namespace tcpstat::survey {
namespace {

const Column* column(std::string_view name) {
  const Column* found = find_column(name);
  REQUIRE(found != nullptr);
  return found;
}

/// The remote ports of connections and the local ones of listeners, in the order in which they come out.
class Order final : public Sink {
 public:
  std::string text;
  std::size_t most = SIZE_MAX;
  Flow connection(const Connection& row) override { return add(row.remote.port); }
  Flow listener(const Listener& row) override { return add(row.local.port); }

 private:
  Flow add(std::uint16_t port) {
    text += (text.empty() ? "" : " ") + std::to_string(port);
    return --most == 0 ? Flow::stop : Flow::more;
  }
};

Connection row(std::uint16_t port, std::optional<std::uint32_t> age_ms = {}) {
  Connection out =
      test::connection(State::time_wait, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", port));
  out.age_ms = age_ms;
  return out;
}

std::string sorted(std::vector<SortKey> keys, std::optional<std::uint64_t> keep, const std::vector<Connection>& rows) {
  test::TableNames names;
  Order order;
  Sorter sorter(std::move(keys), keep, names, order);
  for (const Connection& one : rows) CHECK(sorter.connection(one) == Flow::more);
  CHECK(sorter.finish() == Flow::more);
  return order.text;
}

TEST_CASE("rows come out by their column, up or down, and ties as they came") {
  const std::vector<Connection> rows = {row(3, 10), row(1, 30), row(2, 10), row(4, 20)};
  CHECK(sorted({{column("REMOTE_PORT")}}, {}, rows) == "1 2 3 4");
  CHECK(sorted({{column("REMOTE_PORT"), true}}, {}, rows) == "4 3 2 1");
  CHECK(sorted({{column("AGE_MS")}}, {}, rows) == "3 2 4 1");
  CHECK(sorted({{column("AGE_MS"), true}}, {}, rows) == "1 4 3 2");
  CHECK(sorted({{column("AGE_MS")}, {column("REMOTE_PORT")}}, {}, rows) == "2 3 4 1");
  CHECK(sorted({{column("AGE_MS"), true}, {column("REMOTE_PORT")}}, {}, rows) == "1 4 2 3");
}

TEST_CASE("what is unknown comes last in either direction") {
  const std::vector<Connection> rows = {row(1), row(2, 5), row(3), row(4, 9)};
  CHECK(sorted({{column("AGE_MS")}}, {}, rows) == "2 4 1 3");
  CHECK(sorted({{column("AGE_MS"), true}}, {}, rows) == "4 2 1 3");
}

TEST_CASE("of a limit the first of the final order are kept") {
  const std::vector<Connection> rows = {row(3), row(1), row(2), row(4)};
  CHECK(sorted({{column("REMOTE_PORT")}}, 2, rows) == "1 2");
  CHECK(sorted({{column("REMOTE_PORT")}}, 0, rows).empty());
  CHECK(sorted({{column("REMOTE_PORT")}}, 4, rows) == "1 2 3 4");
  CHECK(sorted({{column("REMOTE_PORT")}}, 9, rows) == "1 2 3 4");
}

TEST_CASE("with a limit rows are thrown out on the way, and none that belongs to the first") {
  std::vector<Connection> rows;
  constexpr std::uint16_t kRows = 20'000;
  for (std::uint16_t i = 0; i < kRows; ++i) rows.push_back(row(static_cast<std::uint16_t>(1 + i * 7919U % kRows)));
  CHECK(sorted({{column("REMOTE_PORT")}}, 5, rows) == "1 2 3 4 5");
  CHECK(sorted({{column("REMOTE_PORT"), true}}, 3, rows) == "20000 19999 19998");
  // All are alike: the first that came stay.
  CHECK(sorted({{column("STATE")}}, 3, rows) == "1 7920 15839");
}

TEST_CASE("listeners are sorted among connections, behind those that are alike") {
  test::TableNames names;
  Order order;
  Sorter sorter({{column("LOCAL_PORT")}}, {}, names, order);
  sorter.listener(test::listener(test::endpoint("192.0.2.1", 443)));
  sorter.listener(test::listener(test::endpoint("192.0.2.1", 22)));
  sorter.connection(row(7));
  sorter.finish();
  CHECK(order.text == "22 7 443");
}

TEST_CASE("a sink that has enough gets no more") {
  test::TableNames names;
  Order order;
  order.most = 2;
  Sorter sorter({{column("REMOTE_PORT")}}, {}, names, order);
  for (const std::uint16_t port : {std::uint16_t{5}, std::uint16_t{4}, std::uint16_t{3}}) sorter.connection(row(port));
  CHECK(sorter.finish() == Flow::stop);
  CHECK(order.text == "3 4");
}

}  // namespace
}  // namespace tcpstat::survey
