#include <doctest/doctest.h>

#include "screen/tab.h"
#include "support/screen.h"

namespace tcpstat::screen {
namespace {

using Texts = std::vector<std::string>;

struct HalfOpenScene : test::LiveScene {
  HalfOpenScene() {
    std::vector<Connection> rows(3, test::client(State::syn_recv, 1));
    rows.push_back(test::client(State::syn_recv, 1, "2001:db8:7::1"));
    rows.push_back(test::client(State::established, 1, "203.0.113.9"));
    give(rows);
    data.judged.half_open = 4;
  }
  static SynVerdict verdict(std::uint16_t port) {
    return {Subject::endpoint(test::endpoint("192.0.2.1", port)),
            AttackLevel::suspicious,
            {{.quantity = "stale_half_opens",
              .value = 7,
              .op = ">=",
              .limit = 5,
              .unit = "sockets",
              .weight = -2,
              .source = ""}}};
  }

  std::unique_ptr<Tab> tab = make_half_open_tab();
};

TEST_CASE_FIXTURE(HalfOpenScene, "networks of half-opens have a number and a share of all") {
  CHECK(tab->title() == "Half-open");
  CHECK(tab->count(data) == 4);
  REQUIRE(tab->rows(data, manner) == 2);
  CHECK(test::texts_of(tab->headings(manner)) == Texts{"SOURCES", "HALF-OPEN", "SHARE"});
  CHECK(tab->row(data, 0, manner).cells == Texts{"198.51.100.0/24", "3", "###############....."});
  CHECK(tab->row(data, 1, manner).cells == Texts{"2001:db8:7::/64", "1", "#####..............."});
  CHECK(tab->row(data, 0, manner).mark == ' ');
  const auto headings = tab->headings(manner);
  CHECK(headings[0].shortens);
  CHECK(headings[0].dispensable == 0);
  CHECK(headings[1].align == Align::right);
  CHECK(headings[1].dispensable == 0);
  CHECK(headings[2].dispensable == 1);
  CHECK(tab->identity(data, 1) == "2001:db8:7::/64");
  CHECK(tab->subject(data, 0) == "SYN_RECV");
}

TEST_CASE_FIXTURE(HalfOpenScene, "each sample has networks of its own") {
  REQUIRE(tab->rows(data, manner) == 2);
  give({test::client(State::syn_recv, 1, "203.0.113.9")});
  REQUIRE(tab->rows(data, manner) == 1);
  CHECK(tab->identity(data, 0) == "203.0.113.0/24");
}

TEST_CASE_FIXTURE(HalfOpenScene, "numbers that are not exact are the most that it can be") {
  std::vector<Connection> rows;
  for (unsigned i = 0; i < 20'000; ++i) {
    rows.push_back(
        test::client(State::syn_recv, 1, "10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".1"));
  }
  give({.shown = {}, .sort = {}, .rows = 0}, rows);
  const auto networks = data.rows->half_open_prefixes();
  REQUIRE(networks[0].error > 0);
  CHECK(tab->row(data, 0, manner).cells[1] == "<=" + std::to_string(networks[0].count + networks[0].error));
}

TEST_CASE_FIXTURE(HalfOpenScene, "above them stand the first three verdicts, and where there is none, why") {
  CHECK(tab->above(data, manner) == Texts{"no verdict: not all rows could be read"});
  for (std::uint16_t port = 1; port <= 4; ++port) data.judged.verdicts.push_back(verdict(port));
  const Texts above = tab->above(data, manner);
  REQUIRE(above.size() == 3);
  for (std::size_t i = 0; i < above.size(); ++i) {
    CAPTURE(above[i]);
    CHECK(above[i].find("192.0.2.1:" + std::to_string(i + 1)) != std::string::npos);
    CHECK(above[i].find('\n') == std::string::npos);
  }
}

TEST_CASE_FIXTURE(HalfOpenScene, "details have every verdict with its evidence and what it could not see") {
  data.judged.verdicts.push_back(verdict(1));
  data.judged.verdicts.back().blind = {"counters of \x1b"};
  const std::string line = tab->above(data, manner)[0];
  CHECK(tab->details(data, 1, manner) ==
        "2001:db8:7::/64\n\n" + line +
            "\n  stale half-opens 7 sockets (limit 5): speaks against a flood (-2)\n  not seen: counters of \\x1b\n");
}

TEST_CASE_FIXTURE(HalfOpenScene, "the command lists the half-opens of a network, in the namespaces of the run") {
  CHECK(tab->command(data, 0, manner) == "tcpstat -s SYN_RECV --remote 198.51.100.0/24");
  manner.netns = "all";
  CHECK(tab->command(data, 1, manner) == "tcpstat -s SYN_RECV --remote 2001:db8:7::/64 --netns all");
}

TEST_CASE_FIXTURE(HalfOpenScene, "no half-opens are not the same as none that could be read") {
  give({});
  CHECK(tab->rows(data, manner) == 0);
  CHECK(tab->nothing(data) == "no half-open connection");
  data.judged.error = Error{"read the list", 13};
  CHECK(tab->nothing(data) == "cannot read the list: Permission denied");
}

}  // namespace
}  // namespace tcpstat::screen
