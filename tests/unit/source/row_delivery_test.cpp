#include "parsers/source/row_delivery.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"

namespace tcpstat::source {
namespace {

struct Delivering {
  Coverage coverage;
  KernelLimits limits;
  test::Counter counter;
  RowDelivery delivery{counter, coverage, limits};

  /// True if the row went through.
  bool passes(Connection row) {
    const std::uint64_t before = counter.connections;
    delivery.deliver(row);
    return counter.connections > before;
  }
  bool passes(Listener row) {
    const std::uint64_t before = counter.listeners;
    delivery.deliver(row);
    return counter.listeners > before;
  }
};

const Connection kRow =
    test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("198.51.100.7", 40000));

/// The flags of the last row.
struct Flags final : Sink {
  Flow connection(const Connection& row) override { return flags = row.flags, Flow::more; }
  Flow listener(const Listener&) override { return Flow::more; }
  RowFlags flags;
};

TEST_CASE("a row gets its flags by the sysctls of its host") {
  Coverage coverage;
  KernelLimits limits;
  limits.synack_retries = 2;
  Flags sink;
  Connection row = test::connection(State::syn_recv, test::endpoint("192.0.2.1", 443), {});
  row.minisocket = true;
  row.retransmits = 3;
  row.cookie = 1;
  RowDelivery(sink, coverage, limits).deliver(row);
  CHECK(sink.flags.has(RowFlag::stale));
  CHECK(sink.flags.has(RowFlag::client_retry));
}

TEST_CASE("netlink rows are told apart by cookie alone") {
  Delivering delivering;
  Connection row = kRow;
  row.cookie = 7;
  CHECK(delivering.passes(row));
  // A socket that changed its state between two buckets is the same socket.
  row.state = State::close_wait;
  CHECK_FALSE(delivering.passes(row));
  row.cookie = 8;
  CHECK(delivering.passes(row));
  CHECK(delivering.coverage.rows_read == 2);
  CHECK(delivering.coverage.duplicates_dropped == 1);
}

TEST_CASE("rows without a cookie are told apart by family, tuple and inode") {
  struct Row {
    std::string_view name;
    Connection row;
  };
  std::vector<Row> rows(8, {{}, kRow});
  rows[0].name = "another local port";
  rows[0].row.local.port = 444;
  rows[1].name = "another remote port";
  rows[1].row.remote.port = 40001;
  rows[2].name = "another local address";
  rows[2].row.local.address.bytes[3] = 2;
  rows[3].name = "another remote address";
  rows[3].row.remote.address.bytes[3] = 8;
  rows[4].name = "another inode";
  rows[4].row.inode = 4713;
  rows[5].name = "another family";
  rows[5].row.family = Family::ipv6;
  rows[6].name = "ports swapped";
  std::swap(rows[6].row.local.port, rows[6].row.remote.port);
  rows[7].name = "addresses swapped";
  std::swap(rows[7].row.local.address, rows[7].row.remote.address);
  Delivering delivering;
  CHECK(delivering.passes(kRow));
  CHECK_FALSE(delivering.passes(kRow));
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(delivering.passes(row.row));
    CHECK_FALSE(delivering.passes(row.row));
  }
}

TEST_CASE("rows of /proc that only their tuple tells apart are two sockets in one look, and repeats in another") {
  Connection row = kRow;
  row.origin = Origin::proc;
  row.inode = 0;
  Delivering delivering;
  for (int look = 0; look < 3; ++look) {
    delivering.delivery.begin_block();
    CHECK(delivering.passes(row) == (look == 0));
    CHECK(delivering.passes(row) == (look == 0));
  }
  CHECK(delivering.coverage.rows_read == 2);
  CHECK(delivering.coverage.duplicates_dropped == 4);
}

TEST_CASE("the place in the kernel tells rows apart that are equal otherwise, and so does the device") {
  Connection row = kRow;
  row.origin = Origin::proc;
  row.inode = 0;
  row.kernel_address = 0x1234;
  Delivering delivering;
  CHECK(delivering.passes(row));
  CHECK_FALSE(delivering.passes(row));
  row.kernel_address = 0x5678;
  CHECK(delivering.passes(row));
  Connection bound = kRow;
  CHECK(delivering.passes(bound));
  bound.interface = 7;
  CHECK(delivering.passes(bound));
}

TEST_CASE("listeners that share an endpoint are all passed") {
  Delivering delivering;
  Listener first = test::listener(test::endpoint("0.0.0.0", 443));
  Listener second = first;
  second.inode = first.inode + 1;
  CHECK(delivering.passes(first));
  CHECK(delivering.passes(second));
  CHECK_FALSE(delivering.passes(first));
}

TEST_CASE("what follows from a row is added to it") {
  Delivering delivering;
  Connection row = kRow;
  row.state = State::time_wait;
  row.minisocket = true;
  row.inode = 0;
  row.timer = TimerKind::time_wait;
  row.timer_ms = 20'000;
  delivering.delivery.deliver(row);
  CHECK(row.age_ms == 40'000U);
  CHECK(row.orphan == Orphan::time_wait);
}

TEST_CASE("a flaw makes a reading incomplete") {
  Delivering delivering;
  delivering.delivery.deliver(Flaw::bad_length);
  CHECK(delivering.coverage.flaw_total() == 1);
  CHECK_FALSE(delivering.coverage.complete);
}

}  // namespace
}  // namespace tcpstat::source
