#include "model/row_store.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat {
namespace {

TEST_CASE("a kept row outlives what it pointed to") {
  RowStore store;
  std::string before;
  {
    std::string name = "nginx";
    std::string congestion = "cubic";
    std::vector<std::byte> info(280, std::byte{7});
    const std::vector<Owner> owners = {{812, 3, name}, {813, 4, ""}};
    Connection row = test::connection(State::established, test::endpoint("::1", 1), test::endpoint("::1", 2));
    row.owners = owners;
    row.owners_known = true;
    row.congestion = congestion;
    row.tcp_info = info;
    before = test::facts(row);
    store.keep(row);
    Listener listener = test::listener(test::endpoint("::1", 1));
    listener.owners = owners;
    store.keep(listener);
    name.assign("xxxxx");
    congestion.assign("yyyyy");
    std::fill(info.begin(), info.end(), std::byte{});
  }
  REQUIRE(store.connections().size() == 1);
  CHECK(test::facts(store.connections()[0]) == before);
  REQUIRE(store.listeners().size() == 1);
  REQUIRE(store.listeners()[0].owners.size() == 2);
  CHECK(store.listeners()[0].owners[0].name == "nginx");
}

TEST_CASE("a row that points to nothing is kept so") {
  RowStore store;
  store.keep(test::connection(State::time_wait, {}, {}));
  CHECK(store.connections()[0].owners.empty());
  CHECK(store.connections()[0].tcp_info.empty());
  CHECK(store.connections()[0].congestion.empty());
  CHECK(store.listeners().empty());
}

}  // namespace
}  // namespace tcpstat
