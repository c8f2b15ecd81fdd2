// The table, held against golden files.

#include <doctest/doctest.h>

#include <array>
#include <ostream>

#include "base/utf8.h"
#include "support/golden.h"
#include "support/render.h"

namespace tcpstat::render {
namespace {

using test::check_golden;
using test::Rendering;

std::string without_colour(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') {
      out += text[i];
      continue;
    }
    while (i < text.size() && text[i] != 'm') ++i;
  }
  return out;
}

/// Rows as a small server has them, with a hostile process among them.
void fill(Rendering& rendering) {
  rendering.names.users = {{0, "root"}, {1000, "www-data"}};
  const auto server = test::endpoint("192.0.2.1", 443);
  const auto server6 = test::endpoint("2001:db8::1", 443);
  static const std::vector<Owner> kNginx = {{812, 6, "nginx"}, {813, 6, "nginx"}, {814, 6, "nginx"}};
  static const std::vector<Owner> kHostile = {{4711, 3, "\x1b[2Jevil\n"}};
  static const std::vector<Owner> kWide = {{99, 3, "\xE6\x97\xA5\xE6\x9C\xAC"}};
  Connection row = test::connection(State::established, server, test::endpoint("198.51.100.7", 40000));
  row.timer = TimerKind::keepalive;
  row.timer_ms = 7'123'450;
  row.owners = kNginx;
  rendering.row(row);
  row = test::connection(State::established, server6, test::endpoint("2001:db8:85a3:8d3:1319:8a2e:370:7348", 65535));
  row.uid = 0;
  row.send_queue = 1234567;
  row.timer = TimerKind::retransmit;
  row.timer_ms = 204;
  row.retransmits = 12;
  row.owners = kHostile;
  rendering.row(row);
  row = test::connection(State::syn_recv, server, test::endpoint("203.0.113.9", 1024));
  row.uid.reset();
  row.inode = 0;
  row.timer = TimerKind::retransmit;
  row.timer_ms = 999;
  rendering.row(row);
  row.state = State::time_wait;
  row.timer = TimerKind::time_wait;
  row.timer_ms = 59'990;
  rendering.row(row);
  row = test::connection(State::close_wait, test::endpoint("::ffff:192.0.2.1", 443),
                         test::endpoint("::ffff:198.51.100.7", 40001));
  row.uid = 4'000'000'000U;
  row.recv_queue = 1;
  row.owners = kWide;
  rendering.row(row);
  row = test::connection(State::fin_wait2, server, test::endpoint("203.0.113.9", 1025));
  rendering.row(row);
  row.state = State::last_ack;
  rendering.row(row);
  rendering.row(test::connection(State::close, test::endpoint("127.0.0.1", 8080), {}));
  Listener listener = test::listener(test::endpoint("::", 443));
  rendering.row(listener);
}

constexpr std::array<std::string_view, 8> kDefault = {"STATE",  "RECV_QUEUE", "SEND_QUEUE", "LOCAL",
                                                      "REMOTE", "USER",       "TIMER",      "PROCESS"};

TEST_CASE("the table at several widths, with and without colour") {
  struct Row {
    std::string_view name;
    std::size_t width;
    Colour colour;
    std::string_view ellipsis = "…";
  };
  constexpr Row kRows[] = {
      {"table-0.txt", 0, Colour::no},
      {"table-0-colour.txt", 0, Colour::yes},
      {"table-60.txt", 60, Colour::no},
      {"table-60-colour.txt", 60, Colour::yes},
      {"table-80.txt", 80, Colour::no},
      {"table-80-colour.txt", 80, Colour::yes},
      {"table-120.txt", 120, Colour::no},
      {"table-120-colour.txt", 120, Colour::yes},
      {"table-200.txt", 200, Colour::no},
      {"table-200-colour.txt", 200, Colour::yes},
      {"table-80-ascii.txt", 80, Colour::no, "~"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    Rendering rendering("table", kDefault);
    rendering.settings.width = row.width;
    rendering.settings.colour = row.colour;
    rendering.settings.ellipsis = row.ellipsis;
    fill(rendering);
    check_golden(row.name, rendering.finish());
  }
}

TEST_CASE("what was asked for is printed however narrow the terminal is") {
  for (const std::size_t width : {40U, 60U, 80U, 120U}) {
    CAPTURE(width);
    Rendering rendering("table", kDefault);
    rendering.settings.width = width;
    rendering.settings.second_line = SecondLine::yes;
    rendering.settings.asked = {&column(ColumnId::TIMER), &column(ColumnId::RECV_QUEUE)};
    fill(rendering);
    const std::string text = rendering.finish();
    CHECK(text.find(":40000") != std::string::npos);
    CHECK(text.find("nginx(812)+2") != std::string::npos);
    CHECK((text.find("TIMER") != std::string::npos || text.find("timer keepalive") != std::string::npos));
    for (const Column* hidden : rendering.list().hidden_columns()) {
      CHECK(hidden->id != ColumnId::TIMER);
      CHECK(hidden->id != ColumnId::RECV_QUEUE);
    }
  }
}

TEST_CASE("on a terminal the numbers of tcp_info have units, and in a pipe all their digits") {
  std::vector<std::byte> info;
  set_tcp_info_value(info, tcp_info_field("rtt_us"), 1234);
  set_tcp_info_value(info, tcp_info_field("rto_ms"), 204);
  set_tcp_info_value(info, tcp_info_field("bytes_sent"), 14'480);
  set_tcp_info_value(info, tcp_info_field("mss"), 32'741);
  Connection row = test::connection(State::established, {}, {});
  row.tcp_info = TcpInfo(info);
  const auto printed = [&](std::size_t width) {
    Rendering rendering("table", {"RTT_US", "RTO_MS", "BYTES_SENT", "MSS"});
    rendering.settings.width = width;
    rendering.row(row);
    return rendering.finish();
  };
  CHECK(printed(80) == "  RTT    RTO  BYTES_SENT    MSS\n1.2ms  204ms         14k  32741\n");
  CHECK(printed(0) == "RTT_US  RTO_MS  BYTES_SENT    MSS\n  1234     204       14480  32741\n");
}

TEST_CASE("the table of listeners") {
  Rendering rendering("table", {"STATE", "ACCEPT_QUEUE", "ACCEPT_LIMIT", "SYN_RECV", "LOCAL", "USER"});
  rendering.names.users = {{1000, "www-data"}};
  Listener listener = test::listener(test::endpoint("0.0.0.0", 22));
  listener.accept_queue = 129;
  listener.syn_recv = 0;
  rendering.row(listener);
  listener.local = test::endpoint("2001:db8::1", 8443);
  listener.accept_limit.reset();
  listener.syn_recv = 1'000'000;
  rendering.row(listener);
  check_golden("listeners.txt", rendering.finish());
}

TEST_CASE("on a terminal a full accept queue has a mark and a colour, and in a pipe it is a number") {
  Listener listener = test::listener(test::endpoint("0.0.0.0", 22));
  listener.accept_queue = 6;
  listener.accept_limit = 5;
  const auto printed = [&](std::size_t width, Colour colour) {
    Rendering rendering("table", {"ACCEPT_QUEUE", "ACCEPT_LIMIT"});
    rendering.settings.width = width;
    rendering.settings.colour = colour;
    rendering.settings.header = false;
    rendering.row(listener);
    return rendering.finish();
  };
  CHECK(printed(80, Colour::no) == "!6  5\n");
  CHECK(printed(80, Colour::yes) == "\x1b[1;31m!6\x1b[0m  5\n");
  CHECK(printed(0, Colour::no) == "6  5\n");
  listener.accept_queue = 5;
  CHECK(printed(80, Colour::yes) == "5  5\n");
}

TEST_CASE("no line is wider than the terminal, colour changes no column, and only states are coloured") {
  for (std::size_t width = 1; width < 200; ++width) {
    CAPTURE(width);
    Rendering plain("table", kDefault);
    Rendering coloured("table", kDefault);
    plain.settings.width = coloured.settings.width = width;
    coloured.settings.colour = Colour::yes;
    fill(plain);
    fill(coloured);
    const std::string text = plain.finish();
    for (const std::string& line : test::lines_of(text)) {
      CAPTURE(line);
      REQUIRE(display_width(line) <= width);
      REQUIRE(line.find('\x1b') == std::string::npos);
    }
    const std::string colours = coloured.finish();
    REQUIRE(without_colour(colours) == text);
    for (const std::string& line : test::lines_of(colours)) {
      const std::size_t start = line.find('\x1b');
      REQUIRE((start == std::string::npos || start == 0));
    }
  }
}

TEST_CASE("columns are at least two spaces apart, also when a late row is wider than the first screenful") {
  Rendering rendering("table", {"STATE", "LOCAL", "RECV_QUEUE", "REMOTE"});
  const auto near = test::endpoint("10.0.0.1", 1);
  const auto far = test::endpoint("2001:db8:1111:2222:3333:4444:5555:6666", 65535);
  for (int i = 0; i < 200; ++i) rendering.row(test::connection(State::time_wait, near, near));
  Connection late = test::connection(State::established, far, far);
  late.recv_queue = UINT32_MAX;
  rendering.row(late);
  const auto lines = test::lines_of(rendering.finish());
  REQUIRE(lines.size() == 202);
  CHECK(lines[1] == "TIME_WAIT    10.0.0.1:1           0  10.0.0.1:1");
  CHECK(lines[200] == lines[1]);
  const std::string wide = "[2001:db8:1111:2222:3333:4444:5555:6666]:65535";
  CHECK(lines[201] == "ESTABLISHED  " + wide + "  4294967295  " + wide);
}

TEST_CASE("the first rows appear when a screenful is known, not at the end") {
  Rendering rendering("table", {"STATE"});
  int rows = 0;
  while (rendering.text().empty() && rows < 1000) {
    rendering.row(test::connection(State::established, {}, {}));
    ++rows;
  }
  CHECK(rows <= 64);
}

TEST_CASE("nothing is padded at the end of a line") {
  for (const std::size_t width : {std::size_t{0}, std::size_t{200}}) {
    Rendering rendering("table", {"STATE", "USER"});
    rendering.settings.width = width;
    rendering.row(test::connection(State::established, {}, {}));
    for (const std::string& line : test::lines_of(rendering.finish())) CHECK(line.back() != ' ');
  }
}

TEST_CASE("without rows there is a header, and with -H nothing") {
  CHECK(Rendering("table", {"STATE", "UID"}).finish() == "STATE        UID\n");
  Rendering bare("table", {"STATE", "UID"});
  bare.settings.header = false;
  CHECK(bare.finish().empty());
}

TEST_CASE("a host name stands for the remote address, its port stays a number, and it is escaped") {
  class Hosts final : public HostNames {
   public:
    [[nodiscard]] std::string_view host(const Address& address) const override {
      return address.family == Family::ipv4 ? "evil\x1b.example" : "";
    }
  };
  const Hosts hosts;
  Rendering rendering("table", {"STATE", "LOCAL", "REMOTE"});
  rendering.settings.hosts = &hosts;
  rendering.settings.header = false;
  const auto local = test::endpoint("192.0.2.1", 443);
  rendering.row(test::connection(State::established, local, test::endpoint("198.51.100.7", 40000)));
  rendering.row(test::connection(State::established, local, test::endpoint("2001:db8::7", 1)));
  CHECK(rendering.finish() ==
        "ESTABLISHED  192.0.2.1:443  evil\\x1b.example:40000\n"
        "ESTABLISHED  192.0.2.1:443  [2001:db8::7]:1\n");
}

TEST_CASE("after a failed write rows are refused") {
  TextBuffer broken(1'000'000);
  test::TableNames names;
  const auto renderer = find_format("table")->list(
      {.out = broken, .names = names, .facts = {}, .columns = {&column(ColumnId::LOCAL), &column(ColumnId::REMOTE)}});
  Flow flow = Flow::more;
  int rows = 0;
  for (; flow == Flow::more && rows < 100'000; ++rows) {
    flow = renderer->connection(test::connection(State::established, {}, {}));
  }
  CHECK(flow == Flow::stop);
  CHECK(rows < 10'000);
}

Report sample_report() {
  Report report;
  report.selected = StateSet::all();
  report.coverage.visible = StateSet::all() - StateSet{State::close};
  for (int i = 0; i < 1234; ++i) report.tally.add(State::established, Family::ipv4);
  report.tally.add(State::syn_recv, Family::ipv6);
  return report;
}

TEST_CASE("a summary has a line of Multipath TCP where there is any") {
  struct Case {
    std::optional<MptcpCounts> counts;
    std::string_view line;
  };
  for (const Case& one : {
           Case{std::nullopt, ""},
           Case{MptcpCounts{0, 0}, ""},
           Case{MptcpCounts{0, 1}, "\nMPTCP  0 connections of 1 subflow (tcpstat -M)\n"},
           Case{MptcpCounts{1, 2}, "\nMPTCP  1 connection of 2 subflows (tcpstat -M)\n"},
       }) {
    CAPTURE(one.line);
    Summary summary;
    summary.details = true;
    summary.mptcp = one.counts;
    Rendering rendering("table");
    rendering.summary(sample_report(), summary);
    const std::string all = rendering.text();
    const std::size_t at = all.find("\nMPTCP");
    REQUIRE((at != std::string::npos) == !one.line.empty());
    if (!one.line.empty()) CHECK(all.substr(at, one.line.size()) == one.line);
  }
}

TEST_CASE("the summary for people") {
  Summary summary;
  summary.keys = {"state", "family"};
  summary.details = true;
  summary.phases = {{{std::string("open")}, 1234}, {{std::string("closed")}, std::nullopt}};
  Listener listener = test::listener(test::endpoint("::", 443));
  listener.syn_recv = 1;
  summary.listeners = {listener};
  summary.top_remotes = {{"198.51.100.7", 1200, 3}, {"2001:db8::7", 1, 3}};
  summary.top_prefixes = {{"198.51.100.0/24", 1234, 0}};
  Rendering rendering("table");
  rendering.summary(sample_report(), summary);
  check_golden("summary.txt", rendering.text());
  Rendering coloured("table");
  coloured.settings.colour = Colour::yes;
  coloured.summary(sample_report(), summary);
  CHECK(without_colour(coloured.text()) == rendering.text());
  CHECK(coloured.text() != rendering.text());
}

TEST_CASE("on a narrow terminal the queues of listeners have the short headings of a list") {
  Summary summary;
  summary.details = true;
  summary.listeners = {test::listener(test::endpoint("2001:db8:1:2:3:4:5:6", 443))};
  Rendering rendering("table");
  rendering.settings.width = 50;
  rendering.summary(sample_report(), summary);
  CHECK(rendering.text().find("  QUEUE  LIMIT  SYNS\n") != std::string::npos);
}

TEST_CASE("the device of a listener is escaped once") {
  Summary summary;
  summary.details = true;
  Listener listener = test::listener(test::endpoint("192.0.2.1", 80));
  listener.interface = 5;
  summary.listeners = {listener};
  Rendering rendering("table");
  rendering.names.interfaces = {{5, "\x1b[31m"}};
  rendering.summary(sample_report(), summary);
  CHECK(rendering.text().find("192.0.2.1%\\x1b[31m:80 ") != std::string::npos);
}

TEST_CASE("on a terminal without UTF-8 the names of a summary are escaped further") {
  const std::string hostile = "\xC4\x9Bvil";  // the second byte begins an escape sequence of eight bits
  Summary summary;
  summary.keys = {"process"};
  summary.groups = {{{hostile}, 1}};
  Rendering groups("table");
  groups.settings.charset = Charset::ascii;
  groups.summary(sample_report(), summary);
  CHECK(groups.text() == "PROCESS      COUNT\n\\xc4\\x9bvil      1\n");

  summary.details = true;
  Listener listener = test::listener(test::endpoint("192.0.2.1", 80));
  listener.interface = 5;
  summary.listeners = {listener};
  Rendering details("table");
  details.settings.charset = Charset::ascii;
  details.names.interfaces = {{5, hostile}};
  details.summary(sample_report(), summary);
  CHECK(details.text().find("192.0.2.1%\\xc4\\x9bvil:80 ") != std::string::npos);
}

TEST_CASE("the summary by keys for people") {
  Summary summary;
  summary.keys = {"user", "local_port"};
  summary.groups = {{{std::string("www\x1b-data"), std::uint64_t{443}}, 12}, {{{}, std::uint64_t{22}}, 3}};
  Rendering rendering("table");
  rendering.summary(sample_report(), summary);
  check_golden("summary-by.txt", rendering.text());
}

TEST_CASE("a narrow summary by keys keeps its counts and its ports") {
  Summary summary;
  summary.keys = {"process", "state", "local_port", "local", "remote"};
  summary.groups = {{{std::string("postgres-worker"), std::string("ESTABLISHED"), std::uint64_t{40'001},
                      std::string("198.51.100.77:40001"), std::string("[2001:db8::1234:5678:9abc]:50001")},
                     1207}};
  for (const std::size_t width : {30U, 40U, 50U, 60U, 80U, 120U}) {
    CAPTURE(width);
    Rendering rendering("table");
    rendering.settings.width = width;
    rendering.summary(sample_report(), summary);
    const std::string text = rendering.text();
    CHECK(text.find("COUNT\n") != std::string::npos);
    CHECK(text.find(" 1207\n") != std::string::npos);
    for (const std::string_view part : {"40001", ":40001", ":50001", "ESTABLISHED"}) {
      CAPTURE(part);
      CHECK(text.find(part) != std::string::npos);
    }
    for (const std::string& line : test::lines_of(text)) CHECK(display_width(line) <= width);
  }
}

}  // namespace
}  // namespace tcpstat::render
