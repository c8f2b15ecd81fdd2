#include <doctest/doctest.h>

#include "screen/tab.h"
#include "support/screen.h"

namespace tcpstat::screen {
namespace {

using Texts = std::vector<std::string>;

struct ConnectionScene : test::LiveScene {
  Row row(const Connection& of) {
    give({of});
    return tab->row(data, 0, manner);
  }
  std::string cell(const Connection& of, std::string_view heading) {
    const Row shown = row(of);
    const Texts headings = test::texts_of(tab->headings(manner));
    const auto at = std::find(headings.begin(), headings.end(), heading);
    REQUIRE(at != headings.end());
    REQUIRE(shown.cells.size() == headings.size());
    return shown.cells[static_cast<std::size_t>(at - headings.begin())];
  }

  std::unique_ptr<Tab> tab = make_connections_tab();
};

TEST_CASE_FIXTURE(ConnectionScene, "connections have the columns of a list, and those that keys add") {
  CHECK(tab->title() == "Connections");
  const Texts plain = {"STATE", "RECVQ", "SENDQ", "LOCAL", "REMOTE", "TIMER", "FLAGS"};
  CHECK(test::texts_of(tab->headings(manner)) == plain);
  Connection of = test::client(State::established, 1024);
  of.recv_queue = 5;
  of.send_queue = 6;
  of.timer = TimerKind::retransmit;
  of.timer_ms = 1230;
  of.retransmits = 2;
  CHECK(row(of).cells ==
        Texts{"ESTABLISHED", "5", "6", "192.0.2.1:443", "198.51.100.7:1024", "retransmit/1.23/2", "-"});

  manner.processes = true;
  Texts more = plain;
  more.push_back("PROCESS");
  CHECK(test::texts_of(tab->headings(manner)) == more);
  manner.tcp_info = true;
  more.insert(more.end(), {"RTT_US", "CWND", "RETR", "OUT/S", "IN/S", "RETR/S"});
  CHECK(test::texts_of(tab->headings(manner)) == more);
  manner.netns = "all";
  more.insert(more.begin(), "NETNS");
  CHECK(test::texts_of(tab->headings(manner)) == more);
  CHECK(row(of).cells.size() == more.size());
}

TEST_CASE_FIXTURE(ConnectionScene, "columns of the command line stay as they are, and none comes twice") {
  manner.columns = {find_column("PROCESS"), find_column("CWND"), find_column("TIMER")};
  manner.processes = manner.tcp_info = true;
  manner.netns = "all";
  CHECK(test::texts_of(tab->headings(manner)) ==
        Texts{"PROCESS", "CWND", "TIMER", "RTT_US", "RETR", "OUT/S", "IN/S", "RETR/S"});
  for (const Heading& one : tab->headings(manner)) {
    CAPTURE(one.text);
    CHECK(one.dispensable == (one.text.ends_with("/S") ? 1 : 0));
  }
}

TEST_CASE_FIXTURE(ConnectionScene, "the widest columns go first where the width is short") {
  manner.processes = manner.tcp_info = true;
  struct Want {
    std::string_view text;
    unsigned dispensable;
    bool shortens;
    Align align;
  };
  const std::vector<Want> wants = {
      {"STATE", 0, false, Align::left}, {"RECVQ", 3, false, Align::right},  {"SENDQ", 3, false, Align::right},
      {"LOCAL", 0, true, Align::left},  {"REMOTE", 0, true, Align::left},   {"TIMER", 5, false, Align::left},
      {"FLAGS", 4, false, Align::left}, {"PROCESS", 0, true, Align::left},  {"RTT_US", 0, false, Align::right},
      {"CWND", 2, false, Align::right}, {"RETR", 2, false, Align::right},   {"OUT/S", 1, false, Align::right},
      {"IN/S", 1, false, Align::right}, {"RETR/S", 1, false, Align::right},
  };
  const auto headings = tab->headings(manner);
  REQUIRE(headings.size() == wants.size());
  for (std::size_t i = 0; i < wants.size(); ++i) {
    CAPTURE(wants[i].text);
    CHECK(headings[i].text == wants[i].text);
    CHECK(headings[i].dispensable == wants[i].dispensable);
    CHECK(headings[i].shortens == wants[i].shortens);
    CHECK(headings[i].align == wants[i].align);
    CHECK_FALSE(headings[i].takes_rest);
  }
  manner.columns = {find_column("LOCAL_ADDRESS"), find_column("LOCAL_PORT")};
  CHECK(tab->headings(manner)[0].shortens);
  CHECK_FALSE(tab->headings(manner)[1].shortens);
}

TEST_CASE_FIXTURE(ConnectionScene, "rows have the tone of their phase, and unusual ones a mark") {
  const auto tone = [this](State state) { return row(test::client(state, 1)).tone; };
  CHECK(tone(State::syn_recv) == Tone::opening);
  CHECK(tone(State::established) == Tone::plain);
  CHECK(tone(State::close_wait) == Tone::half_closed);
  CHECK(tone(State::last_ack) == Tone::dim);
  CHECK(tone(State::time_wait) == Tone::dim);
  CHECK(tone(State::close) == Tone::dim);
  CHECK(row(test::client(State::established, 1)).mark == ' ');
  Connection unusual = test::client(State::time_wait, 1);
  unusual.flags.add(RowFlag::zero_window);
  CHECK(row(unusual).mark == '~');
  CHECK(row(unusual).tone == Tone::warning);
  CHECK(cell(unusual, "FLAGS") == "zero-window");
}

TEST_CASE_FIXTURE(ConnectionScene, "rates are short, and what is not known is none") {
  manner.tcp_info = true;
  Connection of = test::client(State::established, 1);
  CHECK(cell(of, "OUT/S") == "-");
  Rates rates;
  rates.received_bytes = 7;
  rates.retransmits = 2;
  of.rates = &rates;
  CHECK(cell(of, "OUT/S") == "-");
  CHECK(cell(of, "IN/S") == "7");
  CHECK(cell(of, "RETR/S") == "2");
  struct Case {
    std::uint64_t bytes;
    std::string_view text;
  };
  for (const Case& one :
       {Case{0, "0"}, Case{999, "999"}, Case{1000, "1.0k"}, Case{1449, "1.4k"}, Case{1450, "1.5k"}, Case{9940, "9.9k"},
        Case{9950, "10k"}, Case{99'999, "100k"}, Case{999'499, "999k"}, Case{999'999, "1000k"}, Case{1'000'000, "1.0M"},
        Case{2'500'000'000, "2.5G"}, Case{999'000'000'000, "999G"}, Case{1'200'000'000'000, "1.2T"},
        Case{5'000'000'000'000'000, "5000T"}}) {
    rates.sent_bytes = one.bytes;
    CHECK(cell(of, "OUT/S") == one.text);
  }
}

/// Knows one name.
class OneName final : public render::HostNames {
 public:
  [[nodiscard]] std::string_view host(const Address& address) const override {
    return address == test::address("198.51.100.7") ? "a\x1b"
                                                      "b.example"
                                                    : "";
  }
};

TEST_CASE_FIXTURE(ConnectionScene, "a remote host has its name where that is known and wanted") {
  const Connection named = test::client(State::established, 80);
  CHECK(cell(named, "REMOTE") == "198.51.100.7:80");
  const OneName hosts;
  manner.hosts = &hosts;
  CHECK(cell(named, "REMOTE") == "a\\x1bb.example:80");
  CHECK(cell(named, "LOCAL") == "192.0.2.1:443");
  CHECK(cell(test::client(State::established, 80, "203.0.113.1"), "REMOTE") == "203.0.113.1:80");
}

TEST_CASE_FIXTURE(ConnectionScene, "of several processes the first has its name") {
  manner.processes = true;
  const std::vector<Owner> owners = {{.pid = 7, .fd = 3, .name = "nginx"}, {.pid = 8, .fd = 3, .name = "nginx"}};
  Connection of = test::client(State::established, 80);
  of.owners_known = true;
  of.owners = owners;
  CHECK(cell(of, "PROCESS") == "nginx(7)+1");
}

TEST_CASE_FIXTURE(ConnectionScene, "a connection is known by its cookie, or by its ends") {
  Connection of = test::client(State::established, 80);
  of.netns = 8;
  give({of, test::client(State::time_wait, 81)});
  CHECK(tab->rows(data, manner) == 2);
  CHECK(tab->identity(data, 0) == "8 192.0.2.1:443 198.51.100.7:80");
  CHECK(tab->subject(data, 0) == "ESTABLISHED");
  CHECK(tab->subject(data, 1) == "TIME_WAIT");
  of.cookie = 99;
  give({of});
  CHECK(tab->identity(data, 0) == "8 99");
}

TEST_CASE_FIXTURE(ConnectionScene, "the count is of all that match, and where none does that is said") {
  give({.shown = {}, .sort = {}, .rows = 1},
       {test::client(State::established, 1), test::client(State::established, 2)});
  CHECK(tab->count(data) == 2);
  CHECK(tab->rows(data, manner) == 1);
  CHECK(tab->nothing(data) == "no connection matches");
  data.judged.error = Error{"read the list", 13};
  CHECK(tab->nothing(data) == "cannot read the list: Permission denied");
  CHECK(tab->pane(data, 0, manner).empty());
  CHECK(tab->above(data, manner).empty());
}

TEST_CASE_FIXTURE(ConnectionScene, "details tell how to end it, how to see it, and all that is known") {
  Connection of = test::client(State::established, 80);
  of.netns = 8;
  give({of});
  const std::string details = tab->details(data, 0, manner);
  CHECK(details.starts_with("end  ss -K src 192.0.2.1:443 dst 198.51.100.7:80\n\nSTATE  ESTABLISHED  (TCP state, "));
  CHECK(details.find("\nUID  1000  (") != std::string::npos);
  CHECK(tab->command(data, 0, manner) == "tcpstat -a -i -p --local-port 443 --remote 198.51.100.7:80");
  manner.netns =
      "al\x1b"
      "l";
  CHECK(tab->command(data, 0, manner) ==
        "tcpstat -a -i -p --local-port 443 --remote 198.51.100.7:80 --netns 'al\\x1bl'");

  // In quotes where a shell would read more into it.
  manner.netns.clear();
  data.judged.place.options = "--netns 'my net'";
  Connection ipv6 = of;
  ipv6.local = test::endpoint("2001:db8::1", 443);
  ipv6.remote = test::endpoint("2001:db8::7", 80);
  give({ipv6});
  CHECK(tab->details(data, 0, manner).starts_with("end  ss -K src '[2001:db8::1]:443' dst '[2001:db8::7]:80'\n"));
  CHECK(tab->command(data, 0, manner) ==
        "tcpstat -a -i -p --local-port 443 --remote '[2001:db8::7]:80' --netns 'my net'");

  // Bound, and with no other end.
  data.judged.place = {};
  give({test::client(State::close, 80)});
  CHECK(tab->details(data, 0, manner).starts_with("STATE  CLOSE  ("));
  CHECK(tab->command(data, 0, manner) == "tcpstat -a -i -p --local-port 443");
}

}  // namespace
}  // namespace tcpstat::screen
