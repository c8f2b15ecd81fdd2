#include "trace/socket_table.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>

namespace tcpstat::trace {
namespace {

using Record = SocketRecord<TupleV4>;

/// All records in one chain of slots.
struct OneSlot {
  std::uint64_t operator()(const Record& /*record*/) const { return 7; }
};

bool same(const Record& a, const Record& b) { return a.identity == b.identity; }

Record record(std::uint64_t identity) {
  Record made;
  made.identity = identity;
  return made;
}

TEST_CASE("records that share a slot are all found, also after some of them have gone") {
  SocketTable<TupleV4, OneSlot> table(OneSlot{});
  for (std::uint64_t identity = 1; identity <= 20; ++identity) table.insert(record(identity));
  table.each([&](Record& each, std::uint32_t number) {
    if (each.identity % 3 == 0) table.erase(each, number);
  });
  CHECK(table.size() == 14);
  for (std::uint64_t identity = 1; identity <= 20; ++identity) {
    CHECK((table.find(record(identity), same) != nullptr) == (identity % 3 != 0));
  }
}

TEST_CASE("places that became free are used again") {
  SocketTable<TupleV4, OneSlot> table(OneSlot{});
  for (std::uint64_t identity = 1; identity <= 20; ++identity) table.insert(record(identity));
  const std::size_t bytes = table.bytes();
  for (int round = 0; round < 100; ++round) {
    table.each([&](Record& each, std::uint32_t number) { table.erase(each, number); });
    for (std::uint64_t identity = 1; identity <= 20; ++identity) table.insert(record(identity));
  }
  CHECK(table.size() == 20);
  CHECK(table.bytes() == bytes);
}

TEST_CASE("a record stays in its place while others come") {
  SocketTable<TupleV4, OneSlot> table(OneSlot{});
  const Record* first = &table.insert(record(1));
  for (std::uint64_t identity = 2; identity <= 3000; ++identity) table.insert(record(identity));
  CHECK(table.find(record(1), same) == first);
}

TEST_CASE("both ends come back out of a tuple") {
  const Endpoint local{*parse_address("192.0.2.1"), 80};
  const Endpoint remote{*parse_address("198.51.100.7"), 40'000};
  const auto tuple = tuple_of<TupleV4>(local, remote);
  CHECK(endpoint_of(tuple.local_address, tuple.local_port) == local);
  CHECK(endpoint_of(tuple.remote_address, tuple.remote_port) == remote);
}

}  // namespace
}  // namespace tcpstat::trace
