#include "model/column_number.h"

#include <doctest/doctest.h>

#include <ostream>
#include <vector>

#include "support/rows.h"

namespace tcpstat {
namespace {

template <typename Row>
std::size_t check_numbers(const Row& row) {
  test::TableNames names;
  std::size_t known = 0;
  for (const Column& column : columns()) {
    CAPTURE(column.name);
    const bool numbers = column.kind == ColumnKind::number || column.kind == ColumnKind::identity;
    const Cell cell = cell_of(column, row, names);
    const auto number = number_of(column, row);
    CHECK(number.has_value() == (numbers && cell.kind == Cell::Kind::number));
    if (!number) continue;
    CHECK(*number == cell.number);
    ++known;
  }
  return known;
}

TEST_CASE("the number of a column is what its cell holds") {
  Connection row = test::connection(State::established, test::endpoint("192.0.2.1", 443), test::endpoint("::1", 7));
  const std::size_t few = check_numbers(row);
  row.recv_queue = 1;
  row.send_queue = 2;
  row.timer_ms = 3;
  row.retransmits = 4;
  row.age_ms = 5;
  row.uid = 6;
  row.inode = 7;
  row.cookie = 8;
  row.mark = 9;
  row.mptcp_token = 10;
  row.recv_memory_bytes = row.queued_memory_bytes = row.reserved_memory_bytes = 11;
  row.congestion_values = {CongestionValues::Kind::bbr, {1, 2, 3, 4}};
  std::vector<std::byte> info(280, std::byte{1});
  row.tcp_info = info;
  Rates rates;
  rates.sent_bytes = 12;
  row.rates = &rates;
  CHECK(check_numbers(row) > few + 50);
  row.state = State::close;
  CHECK(check_numbers(row) > few);
  Listener listener = test::listener(test::endpoint("0.0.0.0", 443));
  listener.accept_queue = 13;
  listener.accept_limit = 14;
  listener.syn_recv = 15;
  listener.cookie = 16;
  CHECK(check_numbers(listener) > 4);
}

}  // namespace
}  // namespace tcpstat
