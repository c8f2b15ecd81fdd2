#include "screen/live_view.h"

#include <doctest/doctest.h>

#include "screen/viewing.h"

namespace tcpstat::screen {
namespace {

using std::chrono::milliseconds;

TEST_CASE_FIXTURE(Viewing, "keys choose tabs, and those behind the last come to the first") {
  CHECK(tabs() == "[1 Problems 0]  2 Listeners 0  3 Half-open 0  4 Connections 0  5 Events 0");
  CHECK(press("3") == Answer::drawn);
  CHECK(tabs() == "1 Problems 0  2 Listeners 0  [3 Half-open 0]  4 Connections 0  5 Events 0");
  const auto is = [this](const char* title) { return tabs().find(title) != std::string::npos; };
  CHECK(press(KeyKind::tab) == Answer::drawn);
  CHECK(is("[4 "));
  press(KeyKind::right);
  CHECK(is("[5 "));
  press(KeyKind::tab);
  CHECK(is("[1 "));
  CHECK(press(KeyKind::back_tab) == Answer::drawn);
  CHECK(is("[5 "));
  press(KeyKind::left);
  CHECK(is("[4 "));
  press("1");
  CHECK(is("[1 "));
  press("2");
  CHECK(is("[2 "));
  press("5");
  CHECK(is("[5 "));
}

TEST_CASE_FIXTURE(Viewing, "keys move the chosen row, and not beyond the ends") {
  problems({"a", "b", "c"});
  const auto rule = [this] { return chosen().substr(7, 1); };
  CHECK(chosen().starts_with("host   a "));
  press("j");
  CHECK(rule() == "b");
  press(KeyKind::down);
  CHECK(rule() == "c");
  CHECK(press("j") == Answer::drawn);
  CHECK(rule() == "c");
  press("k");
  CHECK(rule() == "b");
  press(KeyKind::up);
  press("k");
  CHECK(rule() == "a");
  press("G");
  CHECK(rule() == "c");
  press("g");
  CHECK(rule() == "a");
  press(KeyKind::end);
  CHECK(rule() == "c");
  press(KeyKind::home);
  CHECK(rule() == "a");
  // Each tab has a row of its own.
  press("j");
  press("2");
  press("1");
  CHECK(rule() == "b");
}

TEST_CASE_FIXTURE(Viewing, "a page is as long as the screen shows rows") {
  press("4");
  sample(clients(100));
  // 24 lines without three of the head, the foot and the headings.
  CHECK(chosen_port() == "1");
  press(KeyKind::page_down);
  CHECK(chosen_port() == "20");
  press(KeyKind::page_down);
  CHECK(chosen_port() == "39");
  press(KeyKind::page_up);
  CHECK(chosen_port() == "20");
  press(KeyKind::page_up);
  press(KeyKind::page_up);
  CHECK(chosen_port() == "1");
}

TEST_CASE_FIXTURE(Viewing, "a row that was chosen stays chosen where others come before it") {
  problems({"a", "b", "c"});
  press("j");
  problems({"x", "y", "a", "b"});
  CHECK(chosen().starts_with("host   b "));
  // What is gone leaves its place to another.
  problems({"x", "y", "z"});
  CHECK(chosen().starts_with("host   z "));
  problems({"z", "x"});
  CHECK(chosen().starts_with("host   z "));
  problems({});
  CHECK(chosen().empty());
  problems({"x", "z"});
  CHECK(chosen().starts_with("host   x "));
}

TEST_CASE_FIXTURE(Viewing, "of connections the place stays, unless one is followed") {
  press("4");
  sample(clients(3));
  press("j");
  CHECK(chosen_port() == "2");
  const auto without_first = [] {
    auto rows = clients(4);
    rows.erase(rows.begin());
    return rows;
  };
  sample(without_first());
  CHECK(chosen_port() == "3");
  CHECK(press("f") == Answer::drawn);
  CHECK(foot() == "following the chosen connection");
  sample(clients(4));
  CHECK(chosen_port() == "3");
  sample(without_first());
  CHECK(chosen_port() == "3");
  press("f");
  CHECK(foot() == "not following");
  sample(clients(4));
  CHECK(chosen_port() == "2");
}

TEST_CASE_FIXTURE(Viewing, "the next dump is asked for some screens of rows, unusual ones first") {
  Wanted wanted = view.wanted(50);
  CHECK(wanted.rows == 500);
  CHECK(view.wanted(126).rows == 504);
  const auto sorts = [](const Wanted& of) {
    std::string out;
    for (const survey::SortKey& key : of.sort) out += std::string(key.column->name) + (key.descending ? "- " : " ");
    return out;
  };
  CHECK(sorts(wanted) == "FLAGS STATE LOCAL REMOTE ");
  view.data().depth = check::Depth::rows;
  CHECK(sorts(view.wanted(50)).empty());
  press("ss");
  CHECK(sorts(view.wanted(50)) == "LOCAL ");

  // The further down, the more.
  view.data().depth = check::Depth::whole;
  press("4");
  sample(clients(400));
  shown();
  for (int i = 0; i < 20; ++i) press(KeyKind::page_down);
  CHECK(view.wanted(50).rows == 580);
}

TEST_CASE_FIXTURE(Viewing, "s sorts by one column after the other, and S turns that round") {
  struct Step {
    const char* message;
    const char* column;
    bool descending;
  };
  for (const Step& step :
       {Step{"sorted by STATE", "STATE", false}, Step{"sorted by LOCAL", "LOCAL", false},
        Step{"sorted by REMOTE", "REMOTE", false}, Step{"sorted by RECV_QUEUE", "RECV_QUEUE", true},
        Step{"sorted by SEND_QUEUE", "SEND_QUEUE", true}, Step{"sorted by RETRANSMITS", "RETRANSMITS", true},
        Step{"unusual connections first", "FLAGS", false}, Step{"sorted by STATE", "STATE", false}}) {
    CAPTURE(step.message);
    CHECK(press("s") == Answer::sample);
    CHECK(foot() == step.message);
    const auto sort = view.wanted(1).sort;
    CHECK(sort.front().column->name == step.column);
    CHECK(sort.front().descending == step.descending);
  }
  CHECK(press("S") == Answer::sample);
  CHECK(view.wanted(1).sort.front().descending);
  press("S");
  CHECK_FALSE(view.wanted(1).sort.front().descending);
}

TEST_CASE_FIXTURE(Viewing, "an order of the command line that is none of the keys' is followed by theirs") {
  LiveView other(plain_manner(scene.names), {}, {{find_column("UID"), true}}, milliseconds(1000), {}, &no_names);
  scene.give(other.data(), other.wanted(24), {});
  CHECK(other.wanted(1).sort.size() == 1);
  CHECK(other.wanted(1).sort.front().descending);
  other.press({KeyKind::text, "s"});
  CHECK(other.wanted(1).sort.front().column->name == "FLAGS");
}

TEST_CASE_FIXTURE(Viewing, "the end of connections is fetched where there are more than are kept") {
  press("4");
  sample(clients(600));
  CHECK(press("G") == Answer::sample);
  CHECK(view.wanted(24).rows == UINT64_MAX);
  CHECK(chosen_port() == "500");  // until then the last that is there
  CHECK(press("G") == Answer::sample);
  sample(clients(600));
  CHECK(chosen_port() == "600");
  CHECK(press("G") == Answer::drawn);
  press("g");
  CHECK(view.wanted(24).rows == 500);
  CHECK(chosen_port() == "1");

  // While it is paused there is no other sample.
  sample(clients(600));
  press(" ");
  CHECK(press("G") == Answer::drawn);
  CHECK(chosen_port() == "500");
  CHECK(view.wanted(24).rows == 595);
}

TEST_CASE_FIXTURE(Viewing, "the next rows are fetched before they are needed") {
  press("4");
  sample(clients(600));
  shown();
  for (int i = 0; i < 25; ++i) CHECK(press(KeyKind::page_down) == Answer::drawn);
  CHECK(press("jjjj") == Answer::drawn);
  // Place 480 of 500: with the next 19 that is all but one.
  CHECK(press("j") == Answer::drawn);
  CHECK(press("j") == Answer::sample);
  CHECK(press(KeyKind::page_down) == Answer::sample);
  press(" ");
  CHECK(press("k") == Answer::drawn);
}

TEST_CASE_FIXTURE(Viewing, "columns that a key adds need another sample") {
  CHECK_FALSE(view.owners_wanted());
  CHECK(press("p") == Answer::sample);
  CHECK(view.owners_wanted());
  press("p");
  CHECK_FALSE(view.owners_wanted());
  CHECK(press("i") == Answer::sample);
  CHECK(view.owners_wanted());
  press("4");
  sample(clients(1));
  CHECK(shown().lines[3].find("RTT_US") != std::string::npos);
}

TEST_CASE_FIXTURE(Viewing, "names of remote hosts are shown where that is asked for") {
  CHECK(press("r") == Answer::drawn);
  CHECK(foot() == "asking for the names of remote hosts");
  CHECK(press("r") == Answer::drawn);
  CHECK(foot() == "remote hosts by address");
}

TEST_CASE_FIXTURE(Viewing, "all events or those that are extraordinary, from the first on") {
  event("12:00:01", TransitionVerdict::illegal);
  event("12:00:02", TransitionVerdict::reuse);
  event("12:00:03", TransitionVerdict::legal);
  press("5j");
  CHECK(chosen().find("12:00:01") != std::string::npos);
  CHECK(press("a") == Answer::drawn);
  CHECK(chosen().find("12:00:03") != std::string::npos);
  press("a");
  CHECK(chosen().find("12:00:02") != std::string::npos);
}

TEST_CASE_FIXTURE(Viewing, "a pause lasts until it is ended, and then there is another sample") {
  CHECK_FALSE(view.paused());
  CHECK(press(" ") == Answer::drawn);
  CHECK(view.paused());
  CHECK(shown().lines[0].find("  PAUSED") != std::string::npos);
  CHECK(press(" ") == Answer::sample);
  CHECK_FALSE(view.paused());
  view.pause("the record has ended");
  CHECK(view.paused());
  CHECK(foot() == "the record has ended");
}

TEST_CASE_FIXTURE(Viewing, "while it is paused nothing takes the picture away, unless it is that of a record") {
  press(" ");
  for (const std::string_view key : {"s", "S", "p", "i", "/"}) {
    CAPTURE(key);
    CHECK(press(key) == Answer::drawn);
    CHECK(foot() == "paused: space goes on");
  }
  CHECK_FALSE(view.owners_wanted());
  CHECK(view.wanted(1).sort.front().column->name == "FLAGS");
  CHECK(press("2") == Answer::drawn);
  CHECK(tabs().find("[2 ") != std::string::npos);
  view.set_place("3 of 9");
  CHECK(press("s") == Answer::sample);
  CHECK(press("/") == Answer::drawn);
  CHECK(foot() == "filter: _");
}

TEST_CASE_FIXTURE(Viewing, "the interval has steps, and one between two goes to its neighbours") {
  const auto after = [this](std::string_view keys) {
    press(keys);
    return view.interval().count();
  };
  CHECK(after("+") == 2000);
  CHECK(after("=") == 5000);
  CHECK(after("+") == 10000);
  CHECK(after("+") == 30000);
  CHECK(after("+") == 30000);
  CHECK(after("----") == 1000);
  CHECK(after("-") == 500);
  CHECK(after("-") == 200);
  CHECK(press("-") == Answer::drawn);
  CHECK(view.interval().count() == 200);
  /// A view that began with this interval, after each of the keys.
  const auto from = [this](int began_ms, std::string_view keys) {
    LiveView other(plain_manner(scene.names), {}, {}, milliseconds(began_ms), {}, &no_names);
    scene.give(other.data(), other.wanted(24), {});
    std::vector<int> intervals;
    for (const char key : keys) {
      other.press({KeyKind::text, std::string(1, key)});
      intervals.push_back(static_cast<int>(other.interval().count()));
    }
    return intervals;
  };
  CHECK(from(3000, "+") == std::vector<int>{5000});
  CHECK(from(3000, "-") == std::vector<int>{2000});
  CHECK(from(60000, "+-") == std::vector<int>{60000, 30000});
  CHECK(from(50, "-+") == std::vector<int>{50, 200});
}

TEST_CASE_FIXTURE(Viewing, "an interval that is made longer is kept at once") {
  press("+");
  CHECK(shown().lines[0].find("  2s  ") != std::string::npos);
  // A shorter one is what its samples allow.
  press("-");
  CHECK(shown().lines[0].find("  2s (slowed from 1s)") != std::string::npos);
  view.set_kept(milliseconds(1000));
  CHECK(shown().lines[0].find("  1s  ") != std::string::npos);
}

TEST_CASE_FIXTURE(Viewing, "a filter is typed, read and used") {
  CHECK(press("/") == Answer::drawn);
  CHECK(foot() == "filter: _");
  press("-s q");
  CHECK(foot() == "filter: -s q_");
  view.press({KeyKind::text, "\xC3\xA9"});
  press(KeyKind::backspace);
  press(KeyKind::backspace);
  CHECK(press(KeyKind::down) == Answer::drawn);
  CHECK(foot() == "filter: -s _");
  press("T");
  CHECK(press(KeyKind::enter) == Answer::sample);
  CHECK(asked_filter == "-s T");
  CHECK(view.wanted(1).shown.states == StateSet{State::time_wait});
  CHECK(foot().starts_with("filter: -s T  q quit"));
  // It is there to be changed, and left as it was.
  press("/");
  CHECK(foot() == "filter: -s T_");
  press("x");
  CHECK(press(KeyKind::escape) == Answer::drawn);
  CHECK(foot().starts_with("filter: -s T  q quit"));
}

TEST_CASE_FIXTURE(Viewing, "a filter that cannot be read stays there with the reason") {
  press("/-x");
  CHECK(press(KeyKind::enter) == Answer::drawn);
  CHECK(foot() == "filter: -x_  no option \\x1b -x");
  CHECK(view.wanted(1).shown.states == StateSet::all());
  press(KeyKind::backspace);
  CHECK(foot() == "filter: -_");
  press(KeyKind::backspace);
  press(KeyKind::backspace);
  CHECK(foot() == "filter: _");
}

TEST_CASE_FIXTURE(Viewing, "? tells the keys, and some keys go back") {
  for (const std::string_view back : {"q", "?"}) {
    CHECK(press("?") == Answer::drawn);
    CHECK(shown().lines[3] == "Keys");
    CHECK(shown().lines[4] == " 1-5 Tab      choose a tab");
    CHECK(shown().lines[18] == " q            quit");
    CHECK(foot() == "Esc back  y copy");
    CHECK(press(back) == Answer::drawn);
    CHECK(shown().lines[3] != "Keys");
  }
  for (const KeyKind back : {KeyKind::escape, KeyKind::enter}) {
    press("?");
    press(back);
    CHECK(shown().lines[3] != "Keys");
  }
  view.set_place("3 of 9");
  press("?");
  CHECK(shown().lines[4] == " Left Right   one sample of the record back, or on");
  CHECK(shown().lines[5] == " 1-5 Tab      choose a tab");
}

TEST_CASE_FIXTURE(Viewing, "keys move within a page that is longer than the screen") {
  press("?");
  // 15 lines; the screen has room for 5 of them.
  const auto title = [this] { return shown(100, 10).lines[3]; };
  CHECK(title() == "Keys  (1-5 of 15)");
  press("j");
  CHECK(title() == "Keys  (2-6 of 15)");
  press(KeyKind::down);
  CHECK(title() == "Keys  (3-7 of 15)");
  press("k");
  press(KeyKind::up);
  press("k");
  CHECK(title() == "Keys  (1-5 of 15)");
  press(KeyKind::page_down);
  CHECK(title() == "Keys  (6-10 of 15)");
  press(" ");
  CHECK(title() == "Keys  (11-15 of 15)");
  press("j");
  CHECK(title() == "Keys  (11-15 of 15)");
  press(KeyKind::page_up);
  CHECK(title() == "Keys  (6-10 of 15)");
  press("g");
  CHECK(title() == "Keys  (1-5 of 15)");
  press("G");
  CHECK(title() == "Keys  (11-15 of 15)");
  press(KeyKind::home);
  CHECK(title() == "Keys  (1-5 of 15)");
  press(KeyKind::end);
  CHECK(title() == "Keys  (11-15 of 15)");
}

TEST_CASE_FIXTURE(Viewing, "y copies the command of the chosen row, and each is printed once") {
  CHECK(press("y") == Answer::drawn);
  CHECK_FALSE(view.take_copied());
  problems({"a", "b"});
  press("y");
  CHECK(foot() == "copied: tcpstat for a");
  CHECK(view.take_copied() == "tcpstat for a");
  CHECK_FALSE(view.take_copied());
  press("jy");
  press("ky");
  CHECK(view.copied() == std::vector<std::string>{"tcpstat for a", "tcpstat for b"});
  // Also from a page.
  press("?");
  view.take_copied();
  press("y");
  CHECK(view.take_copied() == "tcpstat for a");

  Manner manner = plain_manner(scene.names);
  manner.clipboard = false;
  Viewing other(manner);
  other.problems({"c"});
  other.press("y");
  CHECK(other.foot() == "printed at the end: tcpstat for c");
  other.view.data().judged.problems.front().finding.next.clear();
  other.press("y");
  CHECK(other.foot() == "no command shows this row");
  CHECK(other.view.copied().size() == 1);
}

TEST_CASE_FIXTURE(Viewing, "e explains the rule or the state of the chosen row") {
  CHECK(press("e") == Answer::drawn);
  CHECK(foot().starts_with("q quit"));
  problems({"close-wait"});
  press("e");
  const auto page = shown(100, 200);
  CHECK(page.lines[3] == "close-wait");
  CHECK(page.lines[4] == " CLOSE_WAIT (RFC 9293: CLOSE-WAIT): the peer closed; our program has not closed");
  press(KeyKind::escape);
  problems({"no-such-rule"});
  press("e");
  CHECK(foot().starts_with("q quit"));
}

TEST_CASE_FIXTURE(Viewing, "an explanation holds a state against the limits of the host") {
  press("4");
  sample({test::client(State::fin_wait2, 80)});
  const auto explained = [this] {
    press("e");
    std::string out;
    for (const std::string& line : shown(100, 200).lines) out += line + "\n";
    press(KeyKind::escape);
    return out;
  };
  CHECK(explained().find("FIN_WAIT2") != std::string::npos);
  KernelLimits limits;
  limits.fin_timeout_s = 77;
  view.set_limits(limits);
  CHECK(explained().find("77") != std::string::npos);
}

TEST_CASE_FIXTURE(Viewing, "Enter opens what is known of the row, with the command and an explanation") {
  CHECK(press(KeyKind::enter) == Answer::drawn);
  CHECK(foot().starts_with("q quit"));
  press("4");
  sample({test::client(State::close_wait, 80)});
  press(KeyKind::enter);
  const auto page = shown(100, 200);
  CHECK(page.lines[3] == "Connections");
  CHECK(page.lines[4] == " run  tcpstat -a -i -p --local-port 443 --remote 198.51.100.7:80");
  CHECK(page.lines[5].empty());
  CHECK(page.lines[6].starts_with(" end  ss -K src"));
  std::string all;
  for (const std::string& line : page.lines) all += line + "\n";
  const std::size_t last = all.find(" SOURCE  netlink");
  REQUIRE(last != std::string::npos);
  CHECK(all.find("CLOSE_WAIT", last) != std::string::npos);
  press(KeyKind::escape);

  // A command that stands in the details does not stand above them, too.
  press("1");
  problems({"a"});
  press(KeyKind::enter);
  CHECK(shown().lines[4].starts_with(" a  host  warning  since"));
}

TEST_CASE_FIXTURE(Viewing, "a record is gone through sample by sample") {
  CHECK(press(KeyKind::right) == Answer::drawn);
  CHECK_FALSE(view.paused());
  view.set_place("3 of 9");
  CHECK(press(KeyKind::right) == Answer::forward);
  CHECK(view.paused());
  CHECK(press(" ") == Answer::sample);
  CHECK(press(KeyKind::left) == Answer::back);
  CHECK(view.paused());
  CHECK(tabs().find("[2 ") != std::string::npos);
}

TEST_CASE_FIXTURE(Viewing, "what was before can be forgotten") {
  event("12:00:01", TransitionVerdict::illegal);
  view.forget_past();
  CHECK(view.data().history.empty());
  CHECK(view.data().events.empty());
  CHECK(view.data().event_count == 0);
}

TEST_CASE_FIXTURE(Viewing, "q quits, and other keys say that they are none") {
  CHECK(press("q") == Answer::quit);
  CHECK(press("Z") == Answer::drawn);
  CHECK(foot() == "no such key; ? tells them");
  // The next key takes the message away, also one that means nothing.
  CHECK(view.press({KeyKind::text, "\xC3\xA9"}) == Answer::drawn);
  CHECK(foot().starts_with("q quit"));
  press("Z");
  CHECK(press(KeyKind::other) == Answer::drawn);
  CHECK(foot().starts_with("q quit"));
}

}  // namespace
}  // namespace tcpstat::screen
