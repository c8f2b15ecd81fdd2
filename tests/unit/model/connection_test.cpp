#include "model/connection.h"

#include <doctest/doctest.h>

#include <ostream>

#include "model/row_store.h"
#include "report/tally.h"
#include "support/rows.h"

namespace tcpstat {
namespace {

TEST_CASE("a socket without an inode has a reason") {
  struct Row {
    std::string_view name;
    State state;
    bool minisocket;
    std::string_view reason;
  };
  constexpr Row kRows[] = {
      {"TIME_WAIT", State::time_wait, true, "time-wait"},
      {"a request", State::syn_recv, true, "half-open"},
      {"a Fast Open child", State::syn_recv, false, "not-accepted"},
      {"ESTABLISHED in the accept queue", State::established, false, "not-accepted"},
      {"CLOSE_WAIT in the accept queue", State::close_wait, false, "not-accepted"},
      {"FIN_WAIT1", State::fin_wait1, false, "closed-by-process"},
      {"FIN_WAIT2", State::fin_wait2, false, "closed-by-process"},
      {"FIN_WAIT2 of the kernel alone", State::fin_wait2, true, "closed-by-process"},
      {"CLOSING", State::closing, false, "closed-by-process"},
      {"LAST_ACK", State::last_ack, false, "closed-by-process"},
      {"SYN_SENT", State::syn_sent, false, ""},
      {"CLOSE", State::close, false, ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    Connection connection = test::connection(row.state, {}, {});
    connection.minisocket = row.minisocket;
    CHECK(orphan_reason(connection) == Orphan::none);  // it has an inode
    connection.inode = 0;
    CHECK(name(orphan_reason(connection)) == row.reason);
  }
}

TEST_CASE("timers and their names belong together") {
  for (unsigned number = 0; number <= 5; ++number) {
    const auto kind = static_cast<TimerKind>(number);
    CHECK(timer_from_name(name(kind)) == kind);
  }
  CHECK(name(TimerKind::unknown).empty());
  CHECK(timer_from_name("") == TimerKind::unknown);
  CHECK(timer_from_name("on") == TimerKind::unknown);
}

TEST_CASE("a stored row keeps everything that it pointed to") {
  RowStore store;
  {
    std::string congestion = "bbr-with-a-name-too-long-for-small-strings";
    std::string process = "nginx-with-a-name-too-long-for-small-strings";
    std::vector<std::byte> info(280, std::byte{7});
    std::vector<Owner> owners = {{1, 2, process}, {3, 4, ""}};
    Connection row = test::connection(State::established, {}, {});
    row.owners = owners;
    row.tcp_info = info;
    row.congestion = congestion;
    store.keep(row);
    Listener listener = test::listener({});
    listener.owners = owners;
    store.keep(listener);
    congestion.assign(congestion.size(), 'x');
    process.assign(process.size(), 'x');
    std::fill(info.begin(), info.end(), std::byte{0});
    owners.assign(2, Owner{9, 9, "x"});
  }
  const Connection& kept = store.connections().front();
  CHECK(kept.congestion == "bbr-with-a-name-too-long-for-small-strings");
  REQUIRE(kept.owners.size() == 2);
  CHECK(kept.owners[0].name == "nginx-with-a-name-too-long-for-small-strings");
  CHECK(kept.owners[1].pid == 3);
  REQUIRE(kept.tcp_info.size() == 280);
  CHECK(kept.tcp_info[279] == std::byte{7});
  CHECK(store.listeners().front().owners[0].pid == 1);
}

TEST_CASE("a tally counts states and families") {
  Tally tally;
  CHECK(tally.total() == 0);
  tally.add(State::listen, Family::ipv4);
  tally.add(State::listen, Family::ipv6);
  tally.add(State::closing, Family::ipv6);
  CHECK(tally.count(State::listen) == 2);
  CHECK(tally.count(State::listen, Family::ipv6) == 1);
  CHECK(tally.count(Family::ipv6) == 2);
  CHECK(tally.count(State::syn_recv) == 0);
  CHECK(tally.total() == 3);
}

}  // namespace
}  // namespace tcpstat
