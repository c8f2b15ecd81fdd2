#include "parsers/netlink/inet_diag.h"

#include <doctest/doctest.h>
#include <linux/mptcp.h>
#include <netinet/in.h>

#include <ostream>
#include <set>

#include "model/tcp_info.h"
#include "support/fixtures.h"
#include "support/netlink.h"
#include "support/rows.h"

namespace tcpstat::netlink {
namespace {

using inet_diag::decode;
using test::bytes_of;
using test::endpoint;
using test::Message;

const Endpoint kLocal = endpoint("192.0.2.1", 443);
const Endpoint kRemote = endpoint("198.51.100.7", 40000);

Connection decoded_connection(const std::string& payload) {
  const auto row = decode(bytes_of(payload));
  REQUIRE(std::holds_alternative<Connection>(row));
  return std::get<Connection>(row);
}

Flaw decoded_flaw(const std::string& payload) {
  const auto row = decode(bytes_of(payload));
  REQUIRE(std::holds_alternative<Flaw>(row));
  return std::get<Flaw>(row);
}

// What a row of an inet_diag::Row is, as text.
std::string facts_of(const inet_diag::Row& row) {
  if (const auto* connection = std::get_if<Connection>(&row)) return test::facts(*connection);
  if (const auto* listener = std::get_if<Listener>(&row)) return test::facts(*listener);
  return "a flaw";
}

TEST_CASE("a full socket says all that it knows") {
  //  family 2, state 1, timer 2 (keepalive), retrans 3; ports and addresses in network order, the rest native
  Message message(kLocal, kRemote, 1);
  message.head.idiag_timer = 2;
  message.head.idiag_retrans = 3;
  message.head.id.idiag_if = 5;
  message.head.id.idiag_cookie[0] = 0x11223344;
  message.head.id.idiag_cookie[1] = 0x55667788;
  message.head.idiag_expires = 7199000;
  message.head.idiag_rqueue = 12;
  message.head.idiag_wqueue = 34;
  message.head.idiag_uid = 1000;
  message.head.idiag_inode = 4711;
  message.full_socket();
  message.attribute(INET_DIAG_MARK, test::raw(std::uint32_t{0xCAFE}));
  message.attribute(INET_DIAG_CGROUP_ID, test::raw(std::uint64_t{77}));
  message.attribute(INET_DIAG_CONG, std::string_view("cubic\0", 6));
  const std::string payload = message.payload();
  const Connection row = decoded_connection(payload);
  CHECK(row.state == State::established);
  CHECK(row.family == Family::ipv4);
  CHECK(row.local == kLocal);
  CHECK(row.remote == kRemote);
  CHECK(row.origin == Origin::netlink);
  CHECK(row.timer == TimerKind::keepalive);
  CHECK(row.timer_ms == 7199000U);
  CHECK(row.retransmits == 3U);
  CHECK(row.interface == 5);
  CHECK(row.cookie == 0x5566778811223344U);
  CHECK(row.recv_queue == 12U);
  CHECK(row.send_queue == 34U);
  CHECK(row.uid == 1000U);
  CHECK(row.inode == 4711);
  CHECK(row.mark == 0xCAFEU);
  CHECK(row.cgroup == 77U);
  CHECK(row.congestion == "cubic");
  CHECK_FALSE(row.minisocket);
  CHECK_FALSE(row.age_ms);
}

TEST_CASE("IPv6 and v4-mapped sockets are both ipv6") {
  for (const auto& [local, remote] :
       {std::pair{"2001:db8::1", "2001:db8::7"}, std::pair{"::ffff:192.0.2.1", "::ffff:198.51.100.7"}}) {
    CAPTURE(local);
    const Connection row =
        decoded_connection(Message(endpoint(local, 443), endpoint(remote, 40000), 1).full_socket().payload());
    CHECK(row.family == Family::ipv6);
    CHECK(to_string(row.local.address) == local);
    CHECK(to_string(row.remote.address) == remote);
  }
}

TEST_CASE("what stands behind the four bytes of an IPv4 address is not part of it") {
  Message message(kLocal, kRemote, 1);
  message.head.id.idiag_src[1] = message.head.id.idiag_dst[3] = 0xFFFFFFFF;
  CHECK(decoded_connection(message.payload()).local == kLocal);
  CHECK(decoded_connection(message.payload()).remote == kRemote);
}

TEST_CASE("a half-open request has no owner") {
  Message message(kLocal, kRemote, 3);
  message.head.idiag_timer = 1;
  message.head.idiag_retrans = 2;
  message.head.idiag_expires = 1500;
  message.attribute(INET_DIAG_MARK, test::raw(std::uint32_t{0}));
  const Connection row = decoded_connection(message.payload());
  CHECK(row.state == State::syn_recv);
  CHECK(row.minisocket);
  CHECK_FALSE(row.uid);
  CHECK(row.retransmits == 2U);
  CHECK(row.timer_ms == 1500U);
}

TEST_CASE("a SYN_RECV socket without inode but with attributes of a full one is no request") {
  const Connection row = decoded_connection(Message(kLocal, kRemote, 3).full_socket().payload());
  CHECK_FALSE(row.minisocket);
  CHECK(row.uid == 0U);
}

TEST_CASE("TIME_WAIT has no owner and counts down") {
  Message message(kLocal, kRemote, 6);
  message.head.idiag_timer = 3;
  message.head.idiag_expires = 59000;
  const Connection row = decoded_connection(message.payload());
  CHECK(row.minisocket);
  CHECK_FALSE(row.uid);
  CHECK(row.timer == TimerKind::time_wait);
  CHECK(row.timer_ms == 59000U);
}

TEST_CASE("FIN_WAIT2 comes with and without a socket") {
  Message mini(kLocal, kRemote, 5);
  mini.head.idiag_timer = 3;
  mini.head.idiag_expires = 30000;
  CHECK(decoded_connection(mini.payload()).minisocket);
  CHECK_FALSE(decoded_connection(mini.payload()).uid);
  Message full(kLocal, kRemote, 5);
  full.head.idiag_uid = 7;
  CHECK_FALSE(decoded_connection(full.full_socket().payload()).minisocket);
  CHECK(decoded_connection(full.payload()).uid == 7U);
}

TEST_CASE("a LISTEN row carries connections, not bytes") {
  Message message(endpoint("0.0.0.0", 443), endpoint("0.0.0.0", 0), 10);
  message.head.idiag_rqueue = 3;
  message.head.idiag_wqueue = 128;
  message.head.idiag_uid = 33;
  message.head.idiag_inode = 99;
  const auto row = decode(bytes_of(message.full_socket().payload()));
  REQUIRE(std::holds_alternative<Listener>(row));
  const auto& listener = std::get<Listener>(row);
  CHECK(listener.accept_queue == 3U);
  CHECK(listener.accept_limit == 128U);
  CHECK_FALSE(listener.syn_recv);
  CHECK(listener.uid == 33U);
  CHECK(listener.inode == 99);
}

TEST_CASE("the kernel's inner states are shown as the states they are") {
  CHECK(decoded_connection(Message(kLocal, kRemote, 12).payload()).state == State::syn_recv);
  CHECK(decoded_connection(Message(kLocal, kRemote, 13).payload()).state == State::close);
  CHECK(decoded_connection(Message(kLocal, kRemote, 7).payload()).state == State::close);
}

TEST_CASE("an unknown state or family is a flaw, not a guess") {
  for (const unsigned state : {0U, 14U, 200U, 255U}) {
    CHECK(decoded_flaw(Message(kLocal, kRemote, state).payload()) == Flaw::unknown_state);
  }
  for (const int family : {0, 1, AF_UNSPEC, 16, 44, 255}) {
    Message message(kLocal, kRemote, 1);
    message.head.idiag_family = static_cast<std::uint8_t>(family);
    CHECK(decoded_flaw(message.payload()) == Flaw::unknown_family);
  }
}

TEST_CASE("a cookie that identifies nothing is unknown") {
  Message message(kLocal, kRemote, 1);
  CHECK_FALSE(decoded_connection(message.payload()).cookie);
  message.head.id.idiag_cookie[0] = message.head.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  CHECK_FALSE(decoded_connection(message.payload()).cookie);
  message.head.id.idiag_cookie[1] = 0;
  CHECK(decoded_connection(message.payload()).cookie == 0xFFFFFFFFU);
}

TEST_CASE("timers have the kernel's numbers, and a later one is unknown") {
  for (unsigned number = 0; number < 256; ++number) {
    CAPTURE(number);
    Message message(kLocal, kRemote, 1);
    message.head.idiag_timer = static_cast<std::uint8_t>(number);
    message.head.idiag_expires = 10;
    const Connection row = decoded_connection(message.payload());
    CHECK(row.timer == (number <= 5 ? static_cast<TimerKind>(number) : TimerKind::unknown));
    CHECK(row.timer_ms.has_value() == (number != 0));
  }
}

TEST_CASE("IPV6_V6ONLY and the protocol on top of TCP") {
  Message message(kLocal, kRemote, 1);
  CHECK_FALSE(decoded_connection(message.payload()).v6only);
  message.attribute(INET_DIAG_SKV6ONLY, std::string(1, '\1'));
  // One attribute within another: INET_ULP_INFO_NAME, 10 bytes, and padding.
  message.attribute(
      NLA_F_NESTED | INET_DIAG_ULP_INFO,
      test::raw(std::uint16_t{10}) + test::raw(std::uint16_t{INET_ULP_INFO_NAME}) + std::string("mptcp\0\0\0", 8));
  const Connection row = decoded_connection(message.payload());
  CHECK(row.v6only == true);
  CHECK(std::string_view(row.ulp.data()) == "mptcp");
  Message off(kLocal, kRemote, 1);
  CHECK(decoded_connection(off.attribute(INET_DIAG_SKV6ONLY, std::string(1, '\0')).payload()).v6only == false);
  // A name of any length ends within the row.
  Message longer(kLocal, kRemote, 1);
  longer.attribute(NLA_F_NESTED | INET_DIAG_ULP_INFO,
                   test::raw(std::uint16_t{44}) + test::raw(std::uint16_t{INET_ULP_INFO_NAME}) + std::string(40, 'x'));
  CHECK(std::string_view(decoded_connection(longer.payload()).ulp.data()).size() == 15);
}

/// An attribute with its header, padded.
std::string attribute(std::uint16_t type, const std::string& payload) {
  const auto size = static_cast<std::uint16_t>(4 + payload.size());
  return test::raw(size) + test::raw(type) + payload + std::string((4 - payload.size() % 4) % 4, '\0');
}

TEST_CASE("the cookie of an MPTCP socket, which may be its listener's, is none") {
  Message connection(kLocal, kRemote, 1);
  Message listener(kLocal, {}, 10);
  for (Message* message : {&connection, &listener}) {
    message->head.id.idiag_cookie[0] = 7;
    const auto as = [&](Protocol protocol) { return decode(bytes_of(message->payload()), protocol); };
    const auto cookie_of = [](const inet_diag::Row& row) {
      const auto* found = std::get_if<Connection>(&row);
      return found != nullptr ? found->cookie : std::get<Listener>(row).cookie;
    };
    CHECK(cookie_of(as(Protocol::tcp)) == 7U);
    CHECK_FALSE(cookie_of(as(Protocol::mptcp)));
  }
}

TEST_CASE("a subflow of MPTCP has its connection's token and its part in it") {
  const auto subflow = [](std::uint32_t flags) {
    const std::string inner = attribute(MPTCP_SUBFLOW_ATTR_TOKEN_REM, test::raw(std::uint32_t{1})) +
                              attribute(MPTCP_SUBFLOW_ATTR_TOKEN_LOC, test::raw(std::uint32_t{4023233417})) +
                              attribute(MPTCP_SUBFLOW_ATTR_FLAGS, test::raw(flags));
    Message message(kLocal, kRemote, 1);
    message.attribute(NLA_F_NESTED | INET_DIAG_ULP_INFO, attribute(INET_ULP_INFO_NAME, std::string("mptcp\0", 6)) +
                                                             attribute(NLA_F_NESTED | INET_ULP_INFO_MPTCP, inner));
    return decoded_connection(message.payload());
  };
  CHECK(subflow(0).mptcp_token == 4023233417U);
  CHECK(std::string_view(subflow(0).ulp.data()) == "mptcp");
  constexpr std::uint32_t kAlive = MPTCP_SUBFLOW_FLAG_MCAP_REM | MPTCP_SUBFLOW_FLAG_MCAP_LOC |
                                   MPTCP_SUBFLOW_FLAG_CONNECTED | MPTCP_SUBFLOW_FLAG_MAPVALID;
  CHECK(subflow(kAlive).mptcp_role == MptcpRole::initial);
  CHECK(subflow(kAlive | MPTCP_SUBFLOW_FLAG_BKUP_LOC).mptcp_role == MptcpRole::initial_backup);
  CHECK(subflow(MPTCP_SUBFLOW_FLAG_JOIN_LOC).mptcp_role == MptcpRole::joined);
  CHECK(subflow(MPTCP_SUBFLOW_FLAG_JOIN_REM | MPTCP_SUBFLOW_FLAG_BKUP_REM).mptcp_role == MptcpRole::joined_backup);
  // Without CAP_NET_ADMIN older kernels tell the name alone.
  Message name_alone(kLocal, kRemote, 1);
  name_alone.attribute(NLA_F_NESTED | INET_DIAG_ULP_INFO, attribute(INET_ULP_INFO_NAME, std::string("mptcp\0", 6)));
  CHECK(decoded_connection(name_alone.payload()).mptcp_role == MptcpRole::unknown);
  CHECK_FALSE(decoded_connection(name_alone.payload()).mptcp_token);
}

TEST_CASE("a connection of MPTCP has its token in its own info, which is no tcp_info") {
  mptcp_info info{};
  info.mptcpi_token = 77;
  Message message(kLocal, kRemote, 1);
  message.attribute(INET_DIAG_INFO, test::raw(info));
  const auto decoded = decode(bytes_of(message.payload()), Protocol::mptcp);
  REQUIRE(std::holds_alternative<Connection>(decoded));
  CHECK(std::get<Connection>(decoded).mptcp_token == 77U);
  CHECK(std::get<Connection>(decoded).tcp_info.empty());
  CHECK_FALSE(decoded_connection(message.payload()).mptcp_token);
  info.mptcpi_token = 0;
  Message none(kLocal, {}, 10);
  none.attribute(INET_DIAG_INFO, test::raw(info));
  const auto without = decode(bytes_of(none.payload()), Protocol::mptcp);
  REQUIRE(std::holds_alternative<Listener>(without));
  CHECK_FALSE(std::get<Listener>(without).mptcp_token);
  Message cut(kLocal, {}, 10);
  cut.attribute(INET_DIAG_INFO, test::raw(info).substr(0, 14));
  const auto listening = decode(bytes_of(cut.payload()), Protocol::mptcp);
  REQUIRE(std::holds_alternative<Listener>(listening));
  CHECK_FALSE(std::get<Listener>(listening).mptcp_token);
}

TEST_CASE("options of the socket are bits") {
  inet_diag_sockopt options{};
  options.transparent = 1;
  Connection row =
      decoded_connection(Message(kLocal, kRemote, 1).attribute(INET_DIAG_SOCKOPT, test::raw(options)).payload());
  CHECK(row.transparent == true);
  CHECK(row.freebind == false);
  options.freebind = 1;
  // The first byte has both.
  row = decoded_connection(
      Message(kLocal, kRemote, 1).attribute(INET_DIAG_SOCKOPT, test::raw(options).substr(0, 1)).payload());
  CHECK(row.freebind == true);
  CHECK_FALSE(decoded_connection(Message(kLocal, kRemote, 1).payload()).transparent);
}

TEST_CASE("BBR and DCTCP tell their own numbers") {
  const tcp_bbr_info bbr{
      .bbr_bw_lo = 705'032'704, .bbr_bw_hi = 1, .bbr_min_rtt = 250, .bbr_pacing_gain = 739, .bbr_cwnd_gain = 512};
  Message message(kLocal, kRemote, 1);
  const Connection row = decoded_connection(message.attribute(INET_DIAG_BBRINFO, test::raw(bbr)).payload());
  CHECK(row.congestion_values.kind == CongestionValues::Kind::bbr);
  CHECK(row.congestion_values.numbers == std::array<std::uint64_t, 4>{5'000'000'000, 250, 288, 200});

  tcp_dctcp_info dctcp{
      .dctcp_enabled = 1, .dctcp_ce_state = 1, .dctcp_alpha = 512, .dctcp_ab_ecn = 10, .dctcp_ab_tot = 20};
  Message marked(kLocal, kRemote, 1);
  const Connection other = decoded_connection(marked.attribute(INET_DIAG_DCTCPINFO, test::raw(dctcp)).payload());
  CHECK(other.congestion_values.kind == CongestionValues::Kind::dctcp);
  CHECK(other.congestion_values.numbers == std::array<std::uint64_t, 4>{1, 512, 10, 20});
  dctcp.dctcp_enabled = 0;
  Message reno(kLocal, kRemote, 1);
  CHECK(decoded_connection(reno.attribute(INET_DIAG_DCTCPINFO, test::raw(dctcp)).payload()).congestion_values.kind ==
        CongestionValues::Kind::none);
  Message cut(kLocal, kRemote, 1);
  cut.attribute(INET_DIAG_BBRINFO, test::raw(bbr).substr(0, 16));
  CHECK(std::holds_alternative<Flaw>(decode(bytes_of(cut.payload()))));
}

TEST_CASE("unknown and nested attributes are passed over") {
  Message message(kLocal, kRemote, 1);
  message.attribute(999, "whatever");
  message.attribute(NLA_F_NESTED | 30, std::string(13, 'x'));
  message.attribute(INET_DIAG_MARK, test::raw(std::uint32_t{5}));
  CHECK(decoded_connection(message.payload()).mark == 5U);
}

TEST_CASE("drops, the receive buffer and what it holds are the ninth, second and first number of SKMEMINFO") {
  // sk_rmem_alloc, rcvbuf, wmem_alloc, sndbuf, fwd_alloc, wmem_queued, optmem, backlog, drops
  std::string numbers;
  for (std::uint32_t number = 100; number < 109; ++number) numbers += test::raw(number);
  Connection row = decoded_connection(Message(kLocal, kRemote, 1).attribute(INET_DIAG_SKMEMINFO, numbers).payload());
  CHECK(row.recv_memory_bytes == 100U);
  CHECK(row.recv_buffer_bytes == 101U);
  CHECK(row.send_memory_bytes == 102U);
  CHECK(row.send_buffer_bytes == 103U);
  CHECK(row.reserved_memory_bytes == 104U);
  CHECK(row.queued_memory_bytes == 105U);
  CHECK(row.option_memory_bytes == 106U);
  CHECK(row.backlog_memory_bytes == 107U);
  CHECK(row.drops == 108U);
  // Older kernels have eight; one that is cut is unknown, not zero.
  numbers.resize(35);
  row = decoded_connection(Message(kLocal, kRemote, 1).attribute(INET_DIAG_SKMEMINFO, numbers).payload());
  CHECK(row.recv_buffer_bytes == 101U);
  CHECK_FALSE(row.drops);
  row = decoded_connection(Message(kLocal, kRemote, 1).payload());
  CHECK_FALSE(row.recv_memory_bytes);
  CHECK_FALSE(row.recv_buffer_bytes);
  CHECK_FALSE(row.drops);
  const auto listening = decode(bytes_of(Message(kLocal, {}, 10).attribute(INET_DIAG_SKMEMINFO, numbers).payload()));
  REQUIRE(std::holds_alternative<Listener>(listening));
  CHECK(std::get<Listener>(listening).recv_buffer_bytes == 101U);
}

TEST_CASE("an attribute that does not hold what it must is a flaw") {
  struct Row {
    std::string_view name;
    std::uint16_t type;
    std::size_t size;
  };
  constexpr Row kRows[] = {
      {"an empty mark", INET_DIAG_MARK, 0},
      {"a short mark", INET_DIAG_MARK, 3},
      {"a short control group", INET_DIAG_CGROUP_ID, 7},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    Message message(kLocal, kRemote, 1);
    message.attribute(row.type, std::string(row.size, 'x'));
    CHECK(decoded_flaw(message.payload()) == Flaw::bad_length);
  }
}

TEST_CASE("an attribute's length that points outside is a flaw") {
  for (const int wrong : {0, 1, 3, 9, 4096, 65535}) {
    const auto length = static_cast<std::uint16_t>(wrong);
    CAPTURE(length);
    Message message(kLocal, kRemote, 1);
    std::string payload = message.attribute(INET_DIAG_MARK, test::raw(std::uint32_t{5})).payload();
    payload.replace(sizeof(inet_diag_msg), 2, test::raw(length));
    CHECK(decoded_flaw(payload) == Flaw::bad_length);
  }
}

TEST_CASE("the name of a congestion algorithm ends at its zero, or where its attribute ends") {
  const std::string ended = Message(kLocal, kRemote, 1).attribute(INET_DIAG_CONG, {"bbr\0junk", 8}).payload();
  CHECK(decoded_connection(ended).congestion == "bbr");
  const std::string endless = Message(kLocal, kRemote, 1).attribute(INET_DIAG_CONG, "cubic").payload();
  CHECK(decoded_connection(endless).congestion == "cubic");
}

TEST_CASE("tcp_info may be shorter or longer than the one we know") {
  const TcpInfoField* rtt = nullptr;
  const TcpInfoField* last = nullptr;
  for (const TcpInfoField& field : tcp_info_fields()) {
    if (field.key == "rtt_us") rtt = &field;
    if (last == nullptr || field.offset > last->offset) last = &field;
  }
  REQUIRE(rtt != nullptr);
  for (const std::size_t size : {0U, 1U, 71U, 72U, 168U, 248U, 280U, 1000U}) {
    CAPTURE(size);
    std::string info(size, '\0');
    if (size >= 72) info[68] = 9;
    const std::string payload = Message(kLocal, kRemote, 1).attribute(INET_DIAG_INFO, info).payload();
    const Connection row = decoded_connection(payload);
    REQUIRE(row.tcp_info.size() == size);
    CHECK(tcp_info_value(row.tcp_info, *rtt) == (size >= 72 ? std::optional<std::uint64_t>(9) : std::nullopt));
    CHECK(tcp_info_value(row.tcp_info, *last).has_value() == (size >= std::size_t{last->offset} + last->size));
  }
}

TEST_CASE("a message of 71 bytes is cut short, one of 72 is a row") {
  const std::string payload = Message(kLocal, kRemote, 1).payload();
  REQUIRE(payload.size() == 72);
  for (std::size_t size = 0; size < 72; ++size) REQUIRE(decoded_flaw(payload.substr(0, size)) == Flaw::cut_short);
  CHECK(std::holds_alternative<Connection>(decode(bytes_of(payload))));
}

TEST_CASE("every truncated prefix of a recorded message is a flaw, or the row with fewer attributes") {
  for (const std::string_view file : {"recorded/ss-all.dump", "recorded/legacy.dump", "recorded/legacy-info.dump"}) {
    CAPTURE(file);
    for (const std::string& message : test::messages_of(test::fixture(file))) {
      const std::string payload = message.substr(sizeof(nlmsghdr));
      if (payload.size() < sizeof(inet_diag_msg)) continue;  // DONE
      // Where an attribute ends, a message may end too.
      std::set<std::size_t> ends;
      for (std::size_t at = sizeof(inet_diag_msg); at < payload.size();) {
        ends.insert(at);
        std::uint16_t length = 0;
        std::memcpy(&length, payload.data() + at, sizeof length);
        ends.insert(at + length);  // with its padding cut off
        for (std::size_t i = at + length; i < ((at + length + 3) & ~std::size_t{3}); ++i) ends.insert(i);
        at += (length + 3U) & ~3U;
      }
      for (std::size_t size = 0; size < payload.size(); ++size) {
        const std::string cut = payload.substr(0, size);
        const bool flaw = std::holds_alternative<Flaw>(decode(bytes_of(cut)));
        if (flaw == ends.contains(size)) {
          CAPTURE(size);
          REQUIRE(flaw != ends.contains(size));
        }
      }
      REQUIRE_FALSE(std::holds_alternative<Flaw>(decode(bytes_of(payload))));
    }
  }
}

TEST_CASE("every corrupted byte of recorded messages is a flaw or a row") {
  std::uint64_t rows = 0;
  std::uint64_t flaws = 0;
  std::size_t left = 6;  // messages of each file; all of them would take a minute under the sanitizers
  for (const std::string_view file : {"recorded/legacy.dump", "recorded/legacy-info.dump"}) {
    const auto messages = test::messages_of(test::fixture(file));
    for (std::size_t i = 0; i < messages.size(); i += messages.size() / left + 1) {
      std::string payload = messages[i].substr(sizeof(nlmsghdr));
      for (std::size_t at = 0; at < payload.size(); ++at) {
        const char good = payload[at];
        for (int value = 0; value < 256; ++value) {
          payload[at] = static_cast<char>(value);
          // facts() touches everything that the row points to.
          ++(facts_of(decode(bytes_of(payload))) == "a flaw" ? flaws : rows);
        }
        payload[at] = good;
      }
    }
    left = 2;
  }
  CHECK(rows > 0);
  CHECK(flaws > 0);
}

}  // namespace
}  // namespace tcpstat::netlink
