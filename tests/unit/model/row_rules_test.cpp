#include "model/row_rules.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

#include "model/tcp_info.h"
#include "support/rows.h"

namespace tcpstat {
namespace {

std::string words(RowFlags flags) {
  std::string text;
  for (const RowFlagInfo& flag : kRowFlags) {
    if (flags.has(flag.flag)) text += std::string(text.empty() ? "" : ",") + std::string(flag.name);
  }
  return text;
}

KernelLimits limits() {
  KernelLimits known;
  known.synack_retries = 5;
  known.syn_retries = 6;
  known.syn_linear_timeouts = 4;
  known.retries2 = 15;
  known.orphan_retries = 0;
  known.keepalive_probes = 9;
  return known;
}

std::string flags(const Connection& row) { return words(flags_of(row, limits())); }

Connection half_open(std::uint32_t retransmits, std::uint32_t timer_ms) {
  Connection row = test::connection(State::syn_recv, {}, {});
  row.minisocket = true;
  row.inode = 0;
  row.timer = TimerKind::retransmit;
  row.retransmits = retransmits;
  row.timer_ms = timer_ms;
  return row;
}

Connection with_timer(State state, TimerKind timer, std::uint32_t retransmits) {
  Connection row = test::connection(state, {}, {});
  row.timer = timer;
  row.timer_ms = 100;
  row.retransmits = retransmits;
  return row;
}

/// A connection and the tcp_info that says since when nothing came in.
struct Idle {
  Idle(State state, std::uint32_t recv_queue, std::uint64_t data_ms, std::uint64_t ack_ms)
      : row(test::connection(state, {}, {})) {
    row.recv_queue = recv_queue;
    for (const TcpInfoField& field : tcp_info_fields()) {
      if (field.key == "last_data_recv_ms") set_tcp_info_value(info, field, data_ms);
      if (field.key == "last_ack_recv_ms") set_tcp_info_value(info, field, ack_ms);
    }
    row.tcp_info = info;
  }
  std::vector<std::byte> info;
  Connection row;
};

/// A row whose probe timer runs, with what tcp_info says of the window and of the data that waits for it.
struct Held {
  Held(State state, std::uint32_t retransmits, std::uint64_t window, std::uint64_t not_sent, std::uint64_t mss = 1460)
      : row(with_timer(state, TimerKind::probe, retransmits)) {
    for (const TcpInfoField& field : tcp_info_fields()) {
      if (field.key == "snd_wnd") set_tcp_info_value(info, field, window);
      if (field.key == "notsent_bytes") set_tcp_info_value(info, field, not_sent);
      if (field.key == "mss") set_tcp_info_value(info, field, mss);
    }
    row.tcp_info = info;
  }
  std::vector<std::byte> info;
  Connection row;
};

TEST_CASE("a half-open request is stale from its first SYN+ACK timeout on") {
  CHECK(flags(half_open(0, 900)).empty());
  CHECK(flags(half_open(1, 900)) == "stale");
  CHECK(flags(half_open(5, 0)) == "stale");
  Connection unknown = half_open(1, 900);
  unknown.retransmits.reset();
  CHECK(flags(unknown).empty());
}

TEST_CASE("more SYN+ACKs than the timer sends were asked for by the client") {
  CHECK(flags(half_open(5, 100)) == "stale");
  CHECK(flags(half_open(6, 100)) == "stale,client-retry");
  CHECK(words(flags_of(half_open(6, 100), {})) == "stale");
}

TEST_CASE("a timer beyond what the count explains is a deferred accept") {
  CHECK(flags(half_open(0, 1000)).empty());
  CHECK(flags(half_open(0, 1060)).empty());
  CHECK(flags(half_open(0, 1061)) == "deferred");
  CHECK(flags(half_open(1, 2060)) == "stale");
  CHECK(flags(half_open(1, 3900)) == "stale,deferred");
  // From 120 s on timeouts do not double.
  CHECK(flags(half_open(6, 64060)) == "stale,client-retry");
  CHECK(flags(half_open(6, 64061)) == "stale,client-retry,deferred");
  CHECK(flags(half_open(7, 120000)) == "stale,client-retry");
  CHECK(flags(half_open(UINT32_MAX, UINT32_MAX)) == "stale,client-retry");
}

TEST_CASE("a full socket in SYN_RECV is no request") {
  CHECK(flags(with_timer(State::syn_recv, TimerKind::retransmit, 1)) == "retransmitting");
}

TEST_CASE("timers tell what was not answered") {
  CHECK(flags(with_timer(State::established, TimerKind::none, 0)).empty());
  CHECK(flags(with_timer(State::established, TimerKind::retransmit, 0)).empty());  // it waits for the first answer
  CHECK(flags(with_timer(State::established, TimerKind::retransmit, 1)) == "retransmitting");
  CHECK(flags(Held(State::established, 0, 0, 100).row) == "zero-window");
  CHECK(flags(with_timer(State::established, TimerKind::keepalive, 0)).empty());
  CHECK(flags(with_timer(State::established, TimerKind::keepalive, 1)) == "keepalive-unanswered");
  Connection unknown = with_timer(State::established, TimerKind::retransmit, 0);
  unknown.retransmits.reset();
  CHECK(flags(unknown).empty());
}

TEST_CASE("a window is closed if the first segment does not fit, else something here keeps the data") {
  CHECK(flags(Held(State::established, 5, 65'536, 100).row) == "not-sent");
  CHECK(flags(Held(State::established, 5, 100, 100).row) == "not-sent");
  CHECK(flags(Held(State::established, 5, 99, 100).row) == "zero-window");
  CHECK(flags(Held(State::established, 5, 1459, 50'000).row) == "zero-window");
  CHECK(flags(Held(State::established, 5, 1460, 50'000).row) == "not-sent");
  // A FIN alone.
  CHECK(flags(Held(State::last_ack, 5, 0, 0).row) == "zero-window");
  CHECK(flags(Held(State::last_ack, 5, 1, 0).row) == "not-sent");
}

TEST_CASE("without tcp_info nobody knows what keeps the data") {
  const Connection row = with_timer(State::established, TimerKind::probe, 5);
  CHECK(flags(row).empty());
  CHECK(held_by(row) == HeldBy::unknown);
  CHECK(held_by(with_timer(State::established, TimerKind::retransmit, 5)) == HeldBy::nothing);
}

TEST_CASE("more tries than the sysctls allow are overdue") {
  struct Case {
    State state;
    TimerKind timer;
    std::uint64_t inode;
    std::uint32_t most;
    std::string_view flags;
  };
  for (const Case& row : {Case{State::syn_sent, TimerKind::retransmit, 1, 10, "retransmitting"},
                          Case{State::established, TimerKind::retransmit, 1, 15, "retransmitting"},
                          Case{State::established, TimerKind::retransmit, 0, 15, "retransmitting"},
                          Case{State::close_wait, TimerKind::probe, 1, 15, ""},
                          Case{State::last_ack, TimerKind::retransmit, 0, 9, "retransmitting"},
                          Case{State::fin_wait1, TimerKind::probe, 0, 9, ""},
                          Case{State::established, TimerKind::keepalive, 1, 9, "keepalive-unanswered"}}) {
    CAPTURE(row.state);
    Connection made = with_timer(row.state, row.timer, row.most);
    made.inode = row.inode;
    CHECK(flags(made) == row.flags);
    made.retransmits = row.most + 1;
    CHECK(flags(made) == "overdue" + std::string(row.flags.empty() ? "" : ",") + std::string(row.flags));
    CHECK(words(flags_of(made, {})) == row.flags);
  }
  KernelLimits fewer = limits();
  fewer.orphan_retries = 3;
  Connection orphan = with_timer(State::last_ack, TimerKind::retransmit, 5);
  orphan.inode = 0;
  CHECK(words(flags_of(orphan, fewer)) == "overdue,retransmitting");
  CHECK(flags(orphan) == "retransmitting");
}

TEST_CASE("data that waits for 30 s is not read") {
  CHECK(flags(Idle(State::established, 1, 30'001, 0).row) == "not-read");
  CHECK(flags(Idle(State::established, 1, 30'000, 90'000).row).empty());
  CHECK(flags(Idle(State::established, 0, 90'000, 90'000).row).empty());
  CHECK(flags(Idle(State::close_wait, 6, 0, 30'001).row) == "not-read");
  CHECK(flags(Idle(State::close_wait, 1, 0, 30'001).row) == "not-read");  // the FIN
  CHECK(flags(Idle(State::close_wait, 1, 90'000, 30'000).row).empty());
  Connection unknown = Idle(State::established, 1, 90'000, 90'000).row;
  unknown.tcp_info = {};
  CHECK(flags(unknown).empty());
}

TEST_CASE("data that fills the receive buffer for ten seconds is not read") {
  struct Case {
    std::string_view name;
    std::uint32_t recv_queue;
    std::optional<std::uint32_t> memory;
    std::optional<std::uint32_t> buffer;
    std::uint64_t data_ms;
    std::string_view flags;
  };
  for (const Case& one :
       {Case{"memory, 80 %", 500, 800, 1000, 10000, "not-read"}, Case{"memory, less", 500, 799, 1000, 10000, ""},
        Case{"memory, in passing", 500, 800, 1000, 9999, ""}, Case{"memory of nothing unread", 0, 800, 1000, 10000, ""},
        Case{"bytes, 80 %", 800, {}, 1000, 10000, "not-read"}, Case{"bytes, less", 799, {}, 1000, 10000, ""},
        Case{"no limit known", 800, 800, {}, 10000, ""}, Case{"a limit of nothing", 800, 800, 0, 10000, ""}}) {
    CAPTURE(one.name);
    Idle idle(State::established, one.recv_queue, one.data_ms, 0);
    idle.row.recv_memory_bytes = one.memory;
    idle.row.recv_buffer_bytes = one.buffer;
    CHECK(flags(idle.row) == one.flags);
  }
}

TEST_CASE("data behind a window that this side has closed for ten seconds is not read") {
  const auto told = [](std::uint64_t window, std::uint64_t data_ms) {
    Idle idle(State::established, 1, data_ms, 0);
    for (const TcpInfoField& field : tcp_info_fields()) {
      if (field.key == "rcv_wnd") set_tcp_info_value(idle.info, field, window);
    }
    idle.row.tcp_info = idle.info;
    return flags(idle.row);
  };
  CHECK(told(0, 10'000) == "not-read");
  CHECK(told(0, 9'999).empty());
  CHECK(told(1, 10'000).empty());
}

TEST_CASE("CLOSE_WAIT whose end of file was read long ago is a leak") {
  CHECK(flags(Idle(State::close_wait, 0, 0, 60'000).row) == "leak");
  CHECK(flags(Idle(State::close_wait, 0, 90'000, 59'999).row).empty());
  Idle orphan(State::close_wait, 0, 90'000, 90'000);
  orphan.row.inode = 0;
  CHECK(flags(orphan.row).empty());
  Idle sending(State::close_wait, 0, 90'000, 90'000);
  sending.row.send_queue = 1;
  CHECK(flags(sending.row).empty());
  CHECK(flags(Idle(State::fin_wait2, 0, 90'000, 90'000).row).empty());
}

TEST_CASE("the meaning of not-read has the limits of its rule") {
  const std::string_view meaning = kRowFlags[static_cast<std::size_t>(RowFlag::not_read)].meaning;
  const auto seconds_of = [](double limit) { return std::to_string(static_cast<int>(limit)) + " s "; };
  CHECK(meaning.find("for " + seconds_of(UnreadLimits{}.age_s) + "what came in") != std::string_view::npos);
  CHECK(meaning.find("for " + seconds_of(UnreadLimits{}.full_age_s) + "from a full buffer") != std::string_view::npos);
}

TEST_CASE("flags and their names belong together") {
  for (const RowFlagInfo& flag : kRowFlags) {
    CHECK(name(flag.flag) == flag.name);
    CHECK(row_flag_from_name(flag.name) == flag.flag);
  }
  CHECK_FALSE(model::row_flag_from_name(""));
  CHECK_FALSE(model::row_flag_from_name("stal"));
}

}  // namespace
}  // namespace tcpstat
