#include "model/column.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>

#include "render/cell_text.h"
#include "support/rows.h"

namespace tcpstat {
namespace {

const Endpoint kLocal = test::endpoint("192.0.2.1", 443);
const Endpoint kRemote = test::endpoint("2001:db8::7", 40000);

template <typename Row>
std::string text(std::string_view column, const Row& row, const render::CellStyle& style = {}) {
  test::TableNames names;
  names.users = {{0, "root"}};
  names.namespaces = {{4026531840U, "web"}};
  names.process_places = {{812, {"nginx.service", std::string(64, 'a'), "8e1f", "web"}}};
  names.interfaces = {{5, "eth0"}};
  names.cgroups = {{77, "/a\nb"}};
  const Column* found = find_column(column);
  REQUIRE(found != nullptr);
  TextBuffer out;
  render::append_cell(out, cell_of(*found, row, names), style);
  return std::string(out.view());
}

TEST_CASE("each column shows its part of a connection") {
  const std::vector<Owner> owners = {{812, 3, "nginx"}, {813, 3, "nginx"}};
  Connection row = test::connection(State::fin_wait2, kLocal, kRemote);
  row.recv_queue = 1;
  row.send_queue = 2;
  row.timer = TimerKind::time_wait;
  row.timer_ms = 59'996;
  row.retransmits = 4;
  row.age_ms = 5;
  row.uid = 0;
  row.owners = owners;
  row.cookie = 18446744073709551614U;
  row.netns = 4026531840U;
  row.interface = 5;
  row.v6only = true;
  row.ulp = {'t', 'l', 's'};
  row.cgroup = 77;
  row.mark = 6;
  row.orphan = Orphan::closed_by_process;
  row.origin = Origin::file;
  row.congestion = "cubic";
  std::vector<std::byte> info(280);
  info[68] = std::byte{99};
  row.tcp_info = info;
  row.mptcp_token = 4023;
  row.mptcp_role = MptcpRole::joined_backup;
  row.transparent = true;
  row.freebind = false;
  row.recv_memory_bytes = 100;
  row.recv_buffer_bytes = 200;
  row.send_memory_bytes = 300;
  row.send_buffer_bytes = 400;
  row.reserved_memory_bytes = 50;
  row.queued_memory_bytes = 1000;
  row.option_memory_bytes = 7;
  row.backlog_memory_bytes = 8;
  row.congestion_values = {CongestionValues::Kind::dctcp, {0, 512, 10, 20}};
  const Rates rates = {.sent_bytes = 1'000'000, .received_bytes = 0, .segments_out = 700, .retransmits = 1};
  row.rates = &rates;
  struct Expected {
    std::string_view column;
    std::string_view text;
  };
  constexpr Expected kExpected[] = {
      {"STATE", "FIN_WAIT2"},
      {"PHASE", "half-closed"},
      {"FAMILY", "ipv4"},
      {"LOCAL", "192.0.2.1%eth0:443"},
      {"LOCAL_ADDRESS", "192.0.2.1"},
      {"LOCAL_PORT", "443"},
      {"REMOTE", "[2001:db8::7]:40000"},
      {"REMOTE_ADDRESS", "2001:db8::7"},
      {"REMOTE_PORT", "40000"},
      {"RECV_QUEUE", "1"},
      {"SEND_QUEUE", "2"},
      {"ACCEPT_QUEUE", "-"},
      {"ACCEPT_LIMIT", "-"},
      {"SYN_RECV", "-"},
      {"TIMER", "time_wait"},
      {"TIMER_MS", "59996"},
      {"RETRANSMITS", "4"},
      {"AGE_MS", "5"},
      {"UID", "0"},
      {"USER", "root"},
      {"PID", "812,813"},
      {"PROCESS", "nginx(812),nginx(813)"},
      {"INODE", "4711"},
      {"COOKIE", "18446744073709551614"},
      {"INTERFACE", "eth0"},
      {"CGROUP", "/a\\x0ab"},
      {"UNIT", "nginx.service"},
      {"CONTAINER", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
      {"CONTAINER_NAME", "web"},
      {"POD", "8e1f"},
      {"MARK", "6"},
      {"NETNS", "web"},
      {"V6ONLY", "yes"},
      {"ULP", "tls"},
      {"ORPHAN", "closed-by-process"},
      {"FLAGS", "-"},
      {"SOURCE", "file"},
      {"MPTCP_TOKEN", "4023"},
      {"MPTCP_ROLE", "joined-backup"},
      {"TRANSPARENT", "yes"},
      {"FREEBIND", "no"},
      {"MEM", "1150"},
      {"MEM_RECV", "100"},
      {"MEM_RECV_LIMIT", "200"},
      {"MEM_SEND", "300"},
      {"MEM_SEND_LIMIT", "400"},
      {"MEM_RESERVED", "50"},
      {"MEM_QUEUED", "1000"},
      {"MEM_OPTIONS", "7"},
      {"MEM_BACKLOG", "8"},
      {"MEM_DROPS", "-"},
      {"SENT_BPS", "1000000"},
      {"RECEIVED_BPS", "0"},
      {"SEGS_OUT_PER_S", "700"},
      {"SEGS_IN_PER_S", "-"},
      {"RETRANS_PER_S", "1"},
      {"CONGESTION", "cubic"},
      {"BBR_BANDWIDTH", "-"},
      {"BBR_MIN_RTT_US", "-"},
      {"BBR_PACING_GAIN", "-"},
      {"BBR_CWND_GAIN", "-"},
      {"DCTCP_CE_STATE", "0"},
      {"DCTCP_ALPHA", "512"},
      {"DCTCP_ECN_BYTES", "10"},
      {"DCTCP_BYTES", "20"},
      {"RTT_US", "99"},
  };
  std::set<std::string_view> seen;
  for (const Expected& expected : kExpected) {
    CAPTURE(expected.column);
    CHECK(text(expected.column, row) == expected.text);
    seen.insert(expected.column);
  }
  for (const Column& column : columns()) {
    CAPTURE(column.name);
    if (column.id != ColumnId::tcp_info) CHECK(seen.contains(column.name));
  }
}

TEST_CASE("an end is on the device that the socket is bound to") {
  Connection row = test::connection(State::established, test::endpoint("fe80::1", 8000), test::endpoint("fe80::2", 4));
  CHECK(text("LOCAL", row) == "[fe80::1]:8000");
  row.interface = 5;
  CHECK(text("LOCAL", row) == "[fe80::1%eth0]:8000");
  // A peer is on that link, but for one with an address that means the same on each.
  CHECK(text("REMOTE", row) == "[fe80::2%eth0]:4");
  row.remote = test::endpoint("2001:db8::7", 4);
  CHECK(text("REMOTE", row) == "[2001:db8::7]:4");
  CHECK(text("LOCAL_ADDRESS", row) == "fe80::1");
  row.interface = 6;  // no name
  CHECK(text("LOCAL", row) == "[fe80::1]:8000");
  Listener listener = test::listener(test::endpoint("0.0.0.0", 8000));
  listener.interface = 5;
  CHECK(text("LOCAL", listener) == "0.0.0.0%eth0:8000");
  CHECK(text("REMOTE", listener) == "*");
}

TEST_CASE("what is not known is a dash, not a zero") {
  Connection row = test::connection(State::time_wait, kLocal, kLocal);
  row.uid.reset();
  row.inode = 0;
  row.recv_queue.reset();
  row.send_queue.reset();
  row.retransmits.reset();
  row.timer = TimerKind::unknown;
  for (const std::string_view column :
       {"UID", "USER", "INODE", "RECV_QUEUE", "SEND_QUEUE", "RETRANSMITS", "TIMER", "TIMER_MS", "AGE_MS", "COOKIE",
        "MARK", "CGROUP", "INTERFACE", "PID", "PROCESS", "ORPHAN", "FLAGS", "CONGESTION", "RTT_US"}) {
    CAPTURE(column);
    CHECK(text(column, row) == "-");
    CHECK(text(column, row, {.unknown = ""}).empty());
  }
}

TEST_CASE("several flags of a row are one cell, in the order of their list") {
  Connection row = test::connection(State::syn_recv, kLocal, kRemote);
  row.flags.add(RowFlag::client_retry);
  CHECK(text("FLAGS", row) == "client-retry");
  Connection more = row;
  more.flags.add(RowFlag::stale);
  CHECK(text("FLAGS", more) == "stale,client-retry");
  test::TableNames names;
  const auto ordered = [&](const Connection& a, const Connection& b) {
    return compare(cell_of(*find_column("FLAGS"), a, names), cell_of(*find_column("FLAGS"), b, names));
  };
  CHECK(ordered(more, row) < 0);
  CHECK(ordered(row, more) > 0);
  CHECK(ordered(row, row) == 0);
  CHECK(ordered(row, test::connection(State::established, kLocal, kRemote)) < 0);
}

TEST_CASE("a user without a name is shown by number") {
  CHECK(text("USER", test::connection(State::established, kLocal, kRemote)) == "1000");
}

TEST_CASE("a listener has queues of connections and no remote end") {
  Listener row = test::listener(test::endpoint("::", 22));
  row.accept_queue = 3;
  row.accept_limit = 128;
  row.syn_recv = 7;
  struct Expected {
    std::string_view column;
    std::string_view text;
  };
  constexpr Expected kExpected[] = {
      {"STATE", "LISTEN"},     {"PHASE", "listening"}, {"FAMILY", "ipv6"},  {"LOCAL", "[::]:22"}, {"REMOTE", "*"},
      {"REMOTE_ADDRESS", "-"}, {"REMOTE_PORT", "-"},   {"RECV_QUEUE", "-"}, {"SEND_QUEUE", "-"},  {"ACCEPT_QUEUE", "3"},
      {"ACCEPT_LIMIT", "128"}, {"SYN_RECV", "7"},      {"TIMER", "none"},   {"TIMER_MS", "-"},    {"AGE_MS", "-"},
      {"RTT_US", "-"},         {"INODE", "4712"},
  };
  for (const Expected& expected : kExpected) {
    CAPTURE(expected.column);
    CHECK(text(expected.column, row) == expected.text);
  }
}

TEST_CASE("CLOSE prints its remote end as a star") {
  const Connection row = test::connection(State::close, kLocal, {});
  CHECK(text("REMOTE", row) == "*");
  CHECK(text("REMOTE_ADDRESS", row) == "-");
  CHECK(text("REMOTE_PORT", row) == "-");
}

TEST_CASE("columns are found in any case and with hyphens") {
  CHECK(find_column("recv-queue") == &column(ColumnId::RECV_QUEUE));
  CHECK(find_column("Recv_Queue") == &column(ColumnId::RECV_QUEUE));
  CHECK(find_column("rtt_us") != nullptr);
  CHECK(find_column("recvqueue") == nullptr);
  CHECK(find_column("") == nullptr);
  std::set<std::string_view> names;
  for (const Column& each : columns()) {
    CHECK(names.insert(each.name).second);
    CHECK(find_column(each.name) == &each);
    CHECK_FALSE(each.meaning.empty());
  }
}

TEST_CASE("cells are ordered by what they mean, and unknown comes after everything") {
  test::TableNames names;
  names.users = {{0, "root"}};
  const auto order = [&](std::string_view column, const auto& a, const auto& b) {
    const int forward = compare(cell_of(*find_column(column), a, names), cell_of(*find_column(column), b, names));
    const int backward = compare(cell_of(*find_column(column), b, names), cell_of(*find_column(column), a, names));
    CHECK((forward < 0) == (backward > 0));
    CHECK((forward == 0) == (backward == 0));
    return forward;
  };
  Connection a = test::connection(State::established, kLocal, kRemote);
  Connection b = a;
  CHECK(order("STATE", a, b) == 0);
  b.state = State::close_wait;
  CHECK(order("STATE", b, a) < 0);  // by bytes
  a.recv_queue = 9;
  b.recv_queue = 10;
  CHECK(order("RECV_QUEUE", a, b) < 0);  // by number, not as text
  b.recv_queue.reset();
  CHECK(order("RECV_QUEUE", a, b) < 0);
  b.local = test::endpoint("9.0.0.1", 443);
  CHECK(order("LOCAL", b, a) < 0);
  b.local = test::endpoint("192.0.2.1", 80);
  CHECK(order("LOCAL", b, a) < 0);
  CHECK(order("LOCAL_ADDRESS", b, a) == 0);
  b.uid = 0;
  CHECK(order("USER", a, b) < 0);  // 1000 has no name; numbers come first
  const Listener listener = test::listener(kLocal);
  CHECK(order("ACCEPT_QUEUE", a, b) == 0);  // both unknown
  CHECK(compare(cell_of(*find_column("REMOTE"), a, names), cell_of(*find_column("REMOTE"), listener, names)) < 0);
  a.timer = b.timer = TimerKind::keepalive;
  a.timer_ms = 5;
  b.timer_ms = 40;
  CHECK(order("TIMER", a, b) < 0);
  CHECK(order("TIMER", a, listener) < 0);  // "keepalive", "none"
  CHECK(order("TIMER", listener, test::listener(kRemote)) == 0);
  const std::vector<Owner> first = {{9, 1, "b"}};
  const std::vector<Owner> second = {{10, 1, "a"}};
  a.owners = first;
  b.owners = second;
  CHECK(order("PID", a, b) < 0);
  CHECK(order("PROCESS", b, a) < 0);
}

}  // namespace
}  // namespace tcpstat
