#include "filter/untold.h"

#include <doctest/doctest.h>

#include <array>
#include <ostream>

#include "filter/parsed.h"
#include "support/rows.h"

namespace tcpstat::filter {
namespace {

using Rows = Untold::Rows;

const Endpoint kServer = test::endpoint("192.0.2.1", 443);

Connection row_in(State state) { return test::connection(state, kServer, test::endpoint("198.51.100.7", 5)); }

/// As /proc or a list without further options tells it.
Connection bare(State state = State::established) {
  Connection row = row_in(state);
  row.origin = Origin::file;
  row.inode = 4711;
  row.cookie.reset();
  row.owners = {};
  row.owners_known = false;
  return row;
}

Filter filter_of(std::string_view text) {
  Filter filter;
  add_expression(filter, test::parsed(text));
  return filter;
}

/// What is undecided of these rows, and the fact: "1 mem", with "!" where no row tells it.
std::string left_open(const Filter& filter, const std::vector<Connection>& rows, Rows where = Rows::saved) {
  Untold untold(filter, where);
  for (const Connection& row : rows) untold.see(row, filter.matches(row));
  if (untold.undecided() == 0) return "0";
  return std::to_string(untold.undecided()) + " " + untold.word() + (untold.none_tells() ? "!" : "");
}
std::string left_open(std::string_view text, const std::vector<Connection>& rows, Rows where = Rows::saved) {
  return left_open(filter_of(text), rows, where);
}

TEST_CASE("a saved row that does not tell what is asked for leaves the answer open") {
  for (const auto& [text, word] :
       std::vector<std::pair<const char*, const char*>>{{"rtt > 0us", "rtt_us"},
                                                        {"backoff > 0", "backoff"},
                                                        {"bytes_sent > 0", "bytes_sent"},
                                                        {"mem > 0", "mem"},
                                                        {"not congestion = reno", "congestion"},
                                                        {"bbr_bandwidth > 0", "bbr_bandwidth"},
                                                        {"sent_bps > 0", "sent_bps"},
                                                        {"process = python3", "process"},
                                                        {"not process = zzz", "process"},
                                                        {"pid = 7", "pid"},
                                                        {"unit = nginx", "unit"},
                                                        {"orphan = no-process", "orphan"},
                                                        {"mark = 5", "fwmark"},
                                                        {"dev = 0", "dev"},
                                                        {"cgroup = /", "cgroup"},
                                                        {"cookie > 0", "cookie"},
                                                        {"ulp = tls", "ulp"},
                                                        {"transparent = no", "transparent"},
                                                        {"freebind = yes", "freebind"}}) {
    CAPTURE(text);
    CHECK(left_open(text, {bare(), bare(State::fin_wait1)}) == "2 " + std::string(word) + "!");
  }
  Connection unread = bare();
  unread.recv_queue = 15;
  CHECK(left_open("flag = not-read", {unread}) == "1 flag not-read!");
}

TEST_CASE("a socket that is bound and not connected has measured nothing, and leaves nothing open") {
  const auto alone = [](const char* text, State state) { return left_open(filter_of(text), {bare(state)}); };
  CHECK(alone("rtt > 4s", State::close) == alone("rtt > 4s", State::time_wait));
  CHECK(alone("rtt > 4s", State::close) != alone("rtt > 4s", State::established));
  CHECK(alone("cgroup /x", State::close) == alone("cgroup /x", State::established));
}

TEST_CASE("what no row of its kind has is no gap") {
  Connection gone = bare(State::time_wait);
  gone.minisocket = true;
  gone.inode = 0;
  for (const char* text : {"rtt > 0us", "mem > 0", "congestion = reno", "sent_bps > 0", "cgroup = /", "mark = 5"}) {
    CAPTURE(text);
    CHECK(left_open(text, {gone}) == "0");
  }
  Connection open = bare();
  open.recv_queue = 0;
  CHECK(left_open("flag = not-read", {open}) == "0");
  CHECK(left_open("v6only = no", {open}) == "0");
  CHECK(left_open("known rtt", {open}) == "0");
  CHECK(left_open("retransmits > 3 or timer_ms > 1000 or age > 3s", {open}) == "0");
  open.congestion = "cubic";
  CHECK(left_open("bbr_bandwidth > 0", {open}) == "0");
}

TEST_CASE("what other conditions decide is not open") {
  CHECK(left_open("rtt > 0us and dport = 99", {bare()}) == "0");
  CHECK(left_open("rtt > 0us or dport = 5", {bare()}) == "0");
  CHECK(left_open("not (rtt > 0us and dport = 5)", {bare()}) == "1 rtt_us!");
  Filter filter = filter_of("mem > 0");
  filter.ports.push_back({99, 99});
  CHECK(left_open(filter, {bare()}) == "0");
}

TEST_CASE("it is known whether any row tells it") {
  Connection known = bare();
  known.owners_known = true;
  CHECK(left_open("process = zzz", {known, bare()}) == "1 process");
  CHECK(left_open("process = zzz", {bare(), known}) == "1 process");
  CHECK(left_open("process = zzz", {known}) == "0");
  known.orphan = Orphan::not_permitted;
  CHECK(left_open("process = zzz", {known}) == "1 process!");
}

TEST_CASE("a number whose name is not known tells no name") {
  Connection row = bare();
  row.cgroup = 5;
  row.interface = 3;
  CHECK(left_open("cgroup = /", {row}) == "1 cgroup!");
  CHECK(left_open("dev = eth0", {row}) == "1 dev!");
  CHECK(left_open("dev = 4", {row}) == "0");
}

TEST_CASE("options by owner are no other than words") {
  Filter filter;
  filter.processes = {"python3"};
  CHECK(left_open(filter, {bare()}) == "1 process!");
  filter.processes.clear();
  filter.pids = {7};
  CHECK(left_open(filter, {bare()}) == "1 pid!");
  Connection known = bare();
  known.owners_known = true;
  CHECK(left_open(filter, {known}) == "0");
}

TEST_CASE("of tcp_info a row may tell a part") {
  std::array<std::byte, 168> old{};
  old[68] = std::byte{1};  // the round-trip time was measured
  Connection row = bare();
  row.tcp_info = TcpInfo(std::span<const std::byte>(old));
  CHECK(left_open("rtt > 5s", {row}) == "0");
  CHECK(left_open("bytes_sent > 0", {row}) == "1 bytes_sent!");
  CHECK(left_open("bytes_sent > 0", {row}, Rows::live) == "1 bytes_sent!");
  // A file may lack numbers in the middle: of the path nothing was measured, or the rate has no limit.
  row.tcp_info.missing = missing_bit(tcp_info_field("cwnd")) | missing_bit(tcp_info_field("rcv_rtt_us")) |
                         missing_bit(tcp_info_field("max_pacing_rate"));
  CHECK(left_open("cwnd > 0", {row}) == "1 cwnd!");
  CHECK(left_open("rcv_rtt > 0us", {row}) == "0");
  CHECK(left_open("max_pacing_rate > 0", {row}) == "0");
  row.tcp_info.untold = row.tcp_info.missing;
  CHECK(left_open("rcv_rtt > 0us", {row}) == "1 rcv_rtt_us!");
  CHECK(left_open("max_pacing_rate > 0", {row}) == "1 max_pacing_rate!");
}

TEST_CASE("of a live host only what its kernel may be too old for is asked") {
  Connection row = bare();
  row.origin = Origin::netlink;
  row.cookie = 5;
  for (const char* text : {"process = zzz", "sent_bps > 0", "bbr_bandwidth > 0", "mark = 5", "unit = x"}) {
    CAPTURE(text);
    CHECK(left_open(text, {row}, Rows::live) == "0");
  }
  CHECK(left_open("cgroup = /", {row}, Rows::live) == "1 cgroup!");
  CHECK(left_open("mem_backlog > 0", {row}, Rows::live) == "1 mem_backlog!");
}

TEST_CASE("listeners tell their limit, and nothing of connections") {
  Listener row = test::listener(kServer);
  row.origin = Origin::file;
  row.accept_limit.reset();
  const Filter limit = filter_of("accept_limit > 5");
  Untold of_limit(limit, Rows::saved);
  of_limit.see(row, false);
  CHECK(of_limit.undecided() == 1);
  const Filter rtt = filter_of("rtt > 0us");
  Untold of_rtt(rtt, Rows::saved);
  of_rtt.see(row, false);
  CHECK(of_rtt.undecided() == 0);
}

TEST_CASE("the options that would have saved it") {
  const auto options = [](std::string_view text) {
    const Filter filter = filter_of(text);
    Untold untold(filter, Rows::saved);
    untold.see(bare(), false);
    return untold.options_that_save();
  };
  CHECK(options("rtt > 0us") == " -i");
  CHECK(options("mem > 0") == " -m");
  CHECK(options("congestion = x") == " -i");
  CHECK(options("process = x") == " -p");
  CHECK(options("sent_bps > 0") == " --rate");
  CHECK(options("cookie > 0").empty());
}

}  // namespace
}  // namespace tcpstat::filter
