// The sinks between a source and a renderer: selection, limit, sorter.

#include "survey/selection.h"

#include <doctest/doctest.h>

#include <ostream>

#include "support/rows.h"
#include "survey/limit.h"
#include "survey/sorter.h"

namespace tcpstat::survey {
namespace {

const Endpoint kServer = test::endpoint("192.0.2.1", 443);

Endpoint peer(std::uint16_t port) { return test::endpoint("198.51.100.7", port); }

std::vector<std::string> facts_of(const std::vector<Connection>& rows) {
  std::vector<std::string> out;
  for (const Connection& row : rows) out.push_back(test::facts(row));
  return out;
}

TEST_CASE("what the filter matches passes and is counted, listeners last") {
  filter::Filter filter;
  filter.states = {State::established, State::listen};
  test::Recorder recorder;
  Selection selection(filter, Selection::HalfOpens::read, recorder);
  const Connection open = test::connection(State::established, kServer, peer(1));
  Listener listener = test::listener(kServer);
  selection.listener(listener);
  selection.connection(open);
  selection.connection(test::connection(State::syn_recv, kServer, peer(2)));
  selection.connection(test::connection(State::syn_recv, kServer, peer(3)));
  selection.connection(test::connection(State::time_wait, kServer, peer(4)));
  selection.finish();
  listener.syn_recv = 2;  // counted though they are not shown
  REQUIRE(recorder.rows.size() == 2);
  CHECK(recorder.rows[0] == test::facts(open));
  CHECK(recorder.rows[1] == test::facts(listener));
  CHECK(selection.tally().total() == 2);
  CHECK(selection.tally().count(State::syn_recv) == 0);
}

TEST_CASE("half-opens that were not read are unknown, not zero") {
  const filter::Filter filter;
  test::Recorder recorder;
  Selection selection(filter, Selection::HalfOpens::not_read, recorder);
  const Listener listener = test::listener(kServer);
  selection.listener(listener);
  selection.finish();
  CHECK(recorder.rows.at(0) == test::facts(listener));
}

TEST_CASE("a listener from a file keeps the count that it brought") {
  const filter::Filter filter;
  test::Recorder recorder;
  Selection selection(filter, Selection::HalfOpens::read, recorder);
  Listener listener = test::listener(kServer);
  listener.syn_recv = 9;
  selection.listener(listener);
  selection.finish();
  CHECK(recorder.rows.at(0) == test::facts(listener));
}

TEST_CASE("a stop travels back through the selection") {
  const filter::Filter filter;
  test::Recorder recorder;
  recorder.stop_at = 1;
  Selection selection(filter, Selection::HalfOpens::read, recorder);
  CHECK(selection.connection(test::connection(State::established, kServer, peer(1))) == Flow::stop);
}

TEST_CASE("a limit passes so many rows and stops at the first too many") {
  test::Recorder recorder;
  Limit limit(2, recorder);
  CHECK(limit.connection(test::connection(State::established, kServer, peer(1))) == Flow::more);
  CHECK(limit.listener(test::listener(kServer)) == Flow::more);
  CHECK_FALSE(limit.limited());
  CHECK(limit.connection(test::connection(State::established, kServer, peer(2))) == Flow::stop);
  CHECK(limit.limited());
  CHECK(recorder.rows.size() == 2);
  Limit none(0, recorder);
  CHECK(none.listener(test::listener(kServer)) == Flow::stop);
  CHECK(none.limited());
}

TEST_CASE("sorted rows come in order, unknown ones last in either direction, ties as they came") {
  test::TableNames names;
  std::vector<Connection> rows;
  for (const int queue : {5, -1, 10, 5, 0}) {
    Connection row = test::connection(State::established, kServer, peer(static_cast<std::uint16_t>(rows.size())));
    row.recv_queue.reset();
    if (queue >= 0) row.recv_queue = static_cast<std::uint32_t>(queue);
    rows.push_back(row);
  }
  struct Row {
    std::string_view name;
    bool descending;
    std::vector<std::size_t> order;
  };
  const Row orders[] = {{"ascending", false, {4, 0, 3, 2, 1}}, {"descending", true, {2, 0, 3, 4, 1}}};
  for (const Row& each : orders) {
    CAPTURE(each.name);
    test::Recorder recorder;
    Sorter sorter({{&column(ColumnId::RECV_QUEUE), each.descending}}, std::nullopt, names, recorder);
    for (const Connection& row : rows) sorter.connection(row);
    const Listener listener = test::listener(kServer);  // has no such queue
    sorter.listener(listener);
    CHECK(recorder.rows.empty());
    CHECK(sorter.finish() == Flow::more);
    std::vector<Connection> expected;
    for (const std::size_t i : each.order) expected.push_back(rows[i]);
    auto facts = facts_of(expected);
    facts.push_back(test::facts(listener));
    CHECK(recorder.rows == facts);
  }
}

TEST_CASE("a second key settles what the first leaves open") {
  test::TableNames names;
  test::Recorder recorder;
  Sorter sorter({{&column(ColumnId::STATE), false}, {&column(ColumnId::REMOTE_PORT), true}}, std::nullopt, names,
                recorder);
  const std::vector<Connection> rows = {test::connection(State::time_wait, kServer, peer(1)),
                                        test::connection(State::established, kServer, peer(2)),
                                        test::connection(State::established, kServer, peer(3))};
  for (const Connection& row : rows) sorter.connection(row);
  sorter.finish();
  CHECK(recorder.rows == facts_of({rows[2], rows[1], rows[0]}));
}

TEST_CASE("keeping the first rows gives the same rows as sorting all of them") {
  test::TableNames names;
  const std::vector<SortKey> keys = {{&column(ColumnId::RECV_QUEUE), true}};
  test::Recorder all;
  test::Recorder first;
  constexpr std::size_t kKept = 100;
  Sorter sorter(keys, std::nullopt, names, all);
  Sorter keeping(keys, kKept, names, first);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    Connection row = test::connection(State::established, kServer, peer(static_cast<std::uint16_t>(i)));
    row.recv_queue = i * 7919 % 1000;  // many ties
    sorter.connection(row);
    keeping.connection(row);
  }
  sorter.finish();
  keeping.finish();
  REQUIRE(first.rows.size() == kKept);
  all.rows.resize(kKept);
  CHECK(first.rows == all.rows);
}

TEST_CASE("a sorter asks nothing more of a sink that has enough") {
  test::TableNames names;
  test::Recorder recorder;
  recorder.stop_at = 2;
  Sorter sorter({{&column(ColumnId::REMOTE_PORT), false}}, std::nullopt, names, recorder);
  for (std::uint16_t port = 9; port > 0; --port)
    sorter.connection(test::connection(State::established, kServer, peer(port)));
  CHECK(sorter.finish() == Flow::stop);
  CHECK(recorder.rows.size() == 2);
  CHECK(recorder.rows[0] == test::facts(test::connection(State::established, kServer, peer(1))));
}

}  // namespace
}  // namespace tcpstat::survey
