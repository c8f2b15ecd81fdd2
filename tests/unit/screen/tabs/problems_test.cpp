#include <doctest/doctest.h>

#include "screen/tab.h"
#include "support/screen.h"

namespace tcpstat::screen {
namespace {

using std::chrono::seconds;
using Texts = std::vector<std::string>;

struct ProblemScene : test::LiveScene {
  ProblemScene() {
    data.now = Clock::Instant(seconds(100));
    Finding& of = add("close-wait", Severity::warning, 40);
    of.message = "192.0.2.1:443 holds 7 connections";
    of.why = "a leak\x1b";
    of.advice = "restart it";
    of.next = "tcpstat -s CLOSE_WAIT";
  }
  Finding& add(const std::string& rule, Severity severity, int since_s) {
    Finding of(rule, severity, Subject::endpoint(test::endpoint("192.0.2.1", 443)),
               {{.quantity = "held_sockets",
                 .value = 7,
                 .op = "<",
                 .limit = 9,
                 .unit = "sockets",
                 .weight = 0,
                 .source = ""}});
    data.judged.problems.push_back({of, Clock::Instant(seconds(since_s))});
    return data.judged.problems.back().finding;
  }

  std::unique_ptr<Tab> tab = make_problems_tab();
};

TEST_CASE_FIXTURE(ProblemScene, "a problem has a place, a rule, its age and short words") {
  CHECK(tab->title() == "Problems");
  REQUIRE(tab->rows(data, manner) == 1);
  CHECK(test::texts_of(tab->headings(manner)) == Texts{"WHERE", "RULE", "SINCE", "WHAT"});
  const Row row = tab->row(data, 0, manner);
  CHECK(row.cells == Texts{"192.0.2.1:443", "close-wait", "60 s", "holds 7 connections: a leak\\x1b"});
  const auto headings = tab->headings(manner);
  CHECK(headings[0].shortens);
  CHECK(headings[0].dispensable == 0);
  CHECK(headings[1].dispensable == 2);
  CHECK(headings[2].dispensable == 1);
  CHECK(headings[2].align == Align::right);
  CHECK(headings[3].dispensable == 0);
  CHECK(headings[3].takes_rest);
  CHECK(tab->identity(data, 0) == " close-wait 192.0.2.1:443");
  CHECK(tab->subject(data, 0) == "close-wait");
}

TEST_CASE_FIXTURE(ProblemScene, "brief words come before the message, without the subject and with the reason") {
  Finding& of = data.judged.problems[0].finding;
  const auto what = [this] { return tab->row(data, 0, manner).cells[3]; };
  of.brief = "192.0.2.1:443 leaks 7";
  CHECK(what() == "leaks 7: a leak\\x1b");
  of.why.clear();
  CHECK(what() == "leaks 7");
  of.brief = "too many at 192.0.2.1:443";
  CHECK(what() == "too many at 192.0.2.1:443");
  of.brief = "192.0.2.1:4430 is another";
  CHECK(what() == "192.0.2.1:4430 is another");
}

TEST_CASE_FIXTURE(ProblemScene, "each severity has a mark and a tone, and those that are bad are counted") {
  add("b", Severity::critical, 0);
  add("c", Severity::unknown, 0);
  add("d", Severity::info, 0);
  const auto mark = [this](std::size_t row) { return tab->row(data, row, manner).mark; };
  const auto tone = [this](std::size_t row) { return tab->row(data, row, manner).tone; };
  CHECK(std::string{mark(0), mark(1), mark(2), mark(3)} == "~!? ");
  CHECK(tone(0) == Tone::warning);
  CHECK(tone(1) == Tone::critical);
  CHECK(tone(2) == Tone::info);
  CHECK(tone(3) == Tone::dim);
  CHECK(tab->rows(data, manner) == 4);
  CHECK(tab->count(data) == 2);
}

TEST_CASE_FIXTURE(ProblemScene, "beside several namespaces a problem names its own") {
  data.judged.problems[0].finding.netns =
      "we\x1b"
      "b";
  CHECK(tab->row(data, 0, manner).cells.size() == 4);
  manner.netns = "all";
  CHECK(test::texts_of(tab->headings(manner)) == Texts{"NETNS", "WHERE", "RULE", "SINCE", "WHAT"});
  CHECK(tab->row(data, 0, manner).cells[0] == "we\\x1bb");
  CHECK(tab->row(data, 0, manner).cells[1] == "192.0.2.1:443");
  CHECK(tab->identity(data, 0) ==
        "we\x1b"
        "b close-wait 192.0.2.1:443");
  CHECK(tab->details(data, 0, manner).starts_with("netns we\\x1bb  close-wait  "));
}

TEST_CASE_FIXTURE(ProblemScene, "above problems of several namespaces stands how many are in trouble, and which") {
  const auto add_netns = [this](const char* name, Severity status) {
    data.judged.namespaces.push_back(test::judged_namespace(1, name, "", "", status));
  };
  add_netns("idle", Severity::ok);
  CHECK(tab->above(data, manner).empty());
  manner.netns = "all";
  CHECK(tab->above(data, manner) == Texts{"1 network namespace: 1 OK"});
  add_netns("busy", Severity::info);
  add_netns("db", Severity::warning);
  add_netns("we\x1b", Severity::critical);
  CHECK(tab->above(data, manner) == Texts{"4 network namespaces: 1 CRITICAL, 1 WARNING, 2 OK (we\\x1b, db)"});
  add_netns("shut", Severity::unknown);
  CHECK(tab->above(data, manner) ==
        Texts{"5 network namespaces: 1 CRITICAL, 1 WARNING, 1 UNKNOWN, 2 OK (we\\x1b, db, shut)"});
  add_netns("shut2", Severity::unknown);
  CHECK(tab->above(data, manner) ==
        Texts{"6 network namespaces: 1 CRITICAL, 1 WARNING, 2 UNKNOWN, 2 OK (we\\x1b, db, shut and 1 other)"});
  add_netns("shut3", Severity::unknown);
  CHECK(tab->above(data, manner)[0].ends_with("(we\\x1b, db, shut and 2 others)"));
}

TEST_CASE_FIXTURE(ProblemScene, "the pane has what, why, what to do and what to type") {
  CHECK(tab->pane(data, 0, manner) ==
        "192.0.2.1:443 holds 7 connections\nwhy  a leak\\x1b\ndo   restart it\n"
        "run  tcpstat -s CLOSE_WAIT   [y copies]\n");
  manner.clipboard = false;
  CHECK(tab->pane(data, 0, manner).ends_with("run  tcpstat -s CLOSE_WAIT   [y prints it at the end]\n"));
  CHECK(tab->command(data, 0, manner) == "tcpstat -s CLOSE_WAIT");
  Finding& of = data.judged.problems[0].finding;
  of.why.clear();
  of.advice.clear();
  of.next.clear();
  CHECK(tab->pane(data, 0, manner) == "192.0.2.1:443 holds 7 connections\n");
}

TEST_CASE_FIXTURE(ProblemScene, "details have the evidence too") {
  CHECK(tab->details(data, 0, manner) == "close-wait  192.0.2.1:443  warning  since 60 s\n\n" +
                                             tab->pane(data, 0, manner) + "\nheld sockets 7 sockets (less than 9)\n");
}

TEST_CASE_FIXTURE(ProblemScene, "where nothing is wrong it says among how many, or why it cannot know") {
  data.judged.reading.tally.add(State::established, Family::ipv4, 12);
  CHECK(tab->nothing(data) == "nothing wrong among 12 sockets");
  data.judged.reading.coverage.lose("x", "rows were lost");
  CHECK(tab->nothing(data) == "rows were lost");
  data.judged.error = Error{"read the list", 13};
  CHECK(tab->nothing(data) == "cannot read the list: Permission denied");
}

}  // namespace
}  // namespace tcpstat::screen
