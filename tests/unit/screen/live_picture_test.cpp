#include <doctest/doctest.h>

#include "screen/viewing.h"

namespace tcpstat::screen {
namespace {

using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

struct Drawn : Viewing {
  Drawn() {
    view.data().host = "ho\x1bst";
    view.data().local_time = "12:00:00";
    reading().selected = StateSet::all();
  }
  Report& reading() { return view.data().judged.reading; }
  Finding& problem(Severity severity) {
    problems({"rule"});
    view.data().judged.status = severity;
    Finding& of = view.data().judged.problems.front().finding;
    of.severity = severity;
    return of;
  }
  std::string head(std::size_t columns = kColumns) { return shown(columns).lines[0]; }
  void counts(const std::vector<std::pair<State, std::uint64_t>>& of) {
    Tally tally;
    for (const auto& [state, count] : of) tally.add(state, Family::ipv4, count);
    reading().tally = tally;
    view.data().history.push_back(tally);
  }
};

TEST_CASE_FIXTURE(Drawn, "the head has the host, the time, the interval and the verdict") {
  const auto now = shown();
  CHECK(now.lines[0] == "tcpstat ho\\x1bst  12:00:00  1s  OK");
  CHECK(now.tones[0] == std::string(30, 's') + "gggg");
  view.data().judged.status = Severity::critical;
  CHECK(shown().lines[0].ends_with("  CRITICAL"));
  CHECK(shown().tones[0].ends_with("s!!!!!!!!!!"));
  view.set_place("3 of 9");
  CHECK(head() == "tcpstat ho\\x1bst  12:00:00  1s  3 of 9  CRITICAL");
  press(" ");
  CHECK(head() == "tcpstat ho\\x1bst  12:00:00  1s  3 of 9  PAUSED  CRITICAL");
  CHECK(shown().tones[0] == std::string(38, 's') + std::string(8, 'y') + std::string(10, '!'));
}

TEST_CASE_FIXTURE(Drawn, "where there is no room for both, the verdict is worth more than the host") {
  view.data().judged.status = Severity::unknown;
  CHECK(head(80) == "tcpstat ho\\x1bst  12:00:00  1s  UNKNOWN");
  CHECK(head(79) == "tcpstat 12:00:00  UNKNOWN");
  view.set_kept(milliseconds(2000));
  CHECK(head(79) == "tcpstat 12:00:00  slowed  UNKNOWN");
  CHECK(head(80) == "tcpstat ho\\x1bst  12:00:00  2s (slowed from 1s)  UNKNOWN");
  view.data().judged.status = Severity::info;
  view.set_kept(milliseconds(1000));
  CHECK(head(79) == "tcpstat ho\\x1bst  12:00:00  1s  OK");
}

TEST_CASE_FIXTURE(Drawn, "the verdict tells the worst problem, in its short words where the others do not fit") {
  Finding& of = problem(Severity::warning);
  of.message = "seven words of a \x1b long message";
  CHECK(head() == "tcpstat ho\\x1bst  12:00:00  1s  WARNING seven words of a \\x1b long message");
  // Behind 30 columns of the head, "  WARNING" and a blank.
  of.brief = "short \x1b words";
  of.message = std::string(60, 'x');
  CHECK(head().ends_with("  WARNING " + of.message));
  of.message += 'x';
  CHECK(head().ends_with("  WARNING short \\x1b words"));
  of.brief.clear();
  CHECK(head() == "tcpstat ho\\x1bst  12:00:00  1s  WARNING " + std::string(59, 'x') + "~");
  of.message = "it";
  of.netns =
      "we\x1b"
      "b";
  CHECK(head().ends_with("  WARNING netns we\\x1bb: it"));
  of.severity = Severity::info;
  CHECK(head().ends_with("  WARNING"));
  of.severity = Severity::unknown;
  CHECK(head().ends_with("  WARNING netns we\\x1bb: it"));
}

TEST_CASE_FIXTURE(Drawn, "where nothing is wrong and something is missing the verdict says what") {
  view.data().judged.status = Severity::unknown;
  reading().coverage.lose("x", "rows\x1b were lost");
  CHECK(head().ends_with("  UNKNOWN rows\\x1b were lost"));
  problem(Severity::critical);
  CHECK(head().ends_with("  CRITICAL what of rule"));
  view.data().judged.problems.front().finding.severity = Severity::info;
  CHECK(head().ends_with("  CRITICAL rows\\x1b were lost"));
}

TEST_CASE_FIXTURE(Drawn, "states that were ever there have their number") {
  CHECK(shown(79).lines[1] == "no sockets");
  CHECK(shown(79).tones[1] == "dddddddddd");
  counts({{State::established, 12}, {State::listen, 3}});
  CHECK(shown(79).lines[1] == "ESTABLISHED 12  LISTEN 3");
  counts({{State::time_wait, 4}});
  CHECK(shown(79).lines[1] == "ESTABLISHED 0  TIME_WAIT 4  LISTEN 0");
  reading().selected = {State::time_wait, State::listen};
  CHECK(shown(79).lines[1] == "TIME_WAIT 4  LISTEN 0");
  reading().coverage.visible = {State::listen};
  CHECK(shown(79).lines[1] == "LISTEN 0");
}

TEST_CASE_FIXTURE(Drawn, "beside a number stands how it came to be, as far as there is room") {
  view.data().history.clear();
  for (const std::uint64_t count : {0U, 60U, 30U}) counts({{State::established, count}, {State::listen, 1}});
  CHECK(shown(79).lines[1] == "ESTABLISHED 30  LISTEN 1");
  CHECK(shown(80).lines[1] == "ESTABLISHED 30   .#=  LISTEN 1   ...");
  CHECK(shown(119).lines[1] == "ESTABLISHED 30   .#=  LISTEN 1   ...");
  CHECK(shown(120).lines[1] == "ESTABLISHED 30        .#=  LISTEN 1        ...");
  for (int i = 0; i < 5; ++i) counts({{State::established, 0}, {State::listen, 1}});
  CHECK(shown(80).lines[1] == "ESTABLISHED 0 .....  LISTEN 1 .....");
  CHECK(shown(120).lines[1] == "ESTABLISHED 0   .#=.....  LISTEN 1   ........");
}

TEST_CASE_FIXTURE(Drawn, "a state that does not fit is left out whole, the one with the least first") {
  counts({{State::established, 12}, {State::listen, 3}, {State::close_wait, 2}});
  CHECK(shown(38).lines[1] == "ESTABLISHED 12  CLOSE_WAIT 2  LISTEN 3");
  CHECK(shown(37).lines[1] == "ESTABLISHED 12  LISTEN 3");
  CHECK(shown(24).lines[1] == "ESTABLISHED 12  LISTEN 3");
  CHECK(shown(23).lines[1] == "ESTABLISHED 12");
  CHECK(shown(13).lines[1] == "~");
}

TEST_CASE_FIXTURE(Drawn, "what was not read is not said to be nothing") {
  counts({{State::established, 12}});
  reading().coverage.lose("read_failed", "cannot read");
  CHECK(shown(79).lines[1] == "not read");
  CHECK(shown(79).lines[2] == "[1 Problems 0]  2 Listeners -  3 Half-open -  4 Connections -  5 Events 0");
  // Some rows, of which none is shown.
  reading().coverage.rows_read = 1;
  view.data().history.clear();
  CHECK(shown(79).lines[1] == "no sockets seen");
  CHECK(shown(79).lines[2] == "[1 Problems 0]  2 Listeners 0  3 Half-open 0  4 Connections 0  5 Events 0");
  reading().coverage = {};
  reading().coverage.chosen_part = true;
  CHECK(shown(79).lines[1] == "not read");
}

TEST_CASE_FIXTURE(Drawn, "a sample that was not read leaves a gap in the bars") {
  view.data().history.clear();
  counts({{State::established, 60}});
  view.data().history.emplace_back();
  counts({{State::established, 30}});
  CHECK(shown(80).lines[1] == "ESTABLISHED 30   # .");
}

TEST_CASE_FIXTURE(Drawn, "names of tabs are as long as there is room, the chosen one is whole") {
  const auto at = [this](std::size_t columns) { return shown(columns).lines[2]; };
  CHECK(at(73) == "[1 Problems 0]  2 Listeners 0  3 Half-open 0  4 Connections 0  5 Events 0");
  CHECK(at(72) == "[1 Problems 0]  2 List 0  3 Half 0  4 Conn 0  5 Even 0");
  CHECK(at(54) == "[1 Problems 0]  2 List 0  3 Half 0  4 Conn 0  5 Even 0");
  CHECK(at(53) == "[1 Problems 0]  2 0  3 0  4 0  5 0");
  CHECK(at(33) == "[1 Problems 0]  2 0  3 0  4 0  5");
  CHECK(shown(53).tones[2] == std::string(14, 'S') + "..ddd..ddd..ddd..ddd");
  press("3");
  CHECK(at(53) == "1 0  2 0  [3 Half-open 0]  4 0  5 0");
}

TEST_CASE_FIXTURE(Drawn, "a screen that is too low has its head alone") {
  press("2");
  CHECK(shown(100, 4).lines[3].empty());
  const auto five = shown(100, 5);
  CHECK(five.lines[3] == "  nothing listens");
  CHECK(five.tones[3] == "..ddddddddddddddd");
  CHECK(five.lines[4].starts_with("q quit"));
}

TEST_CASE_FIXTURE(Drawn, "why there are no rows is escaped, whichever tab says it") {
  // The kernel's words, and names that others chose: an unnamed namespace is called by one of its processes.
  reading().coverage.lose("x", "\x1b]0;x\a(7): not permitted");
  CHECK(shown().lines[3] == "  \\x1b]0;x\\x07(7): not permitted");
  view.data().judged.error = Error{.doing = "enter \x1b]0;x\a(7)", .reason = "not permitted"};
  for (const char* tab : {"1", "2", "3", "4"}) {
    press(tab);
    CHECK(shown().lines[tab == std::string("3") ? 4 : 3] == "  cannot enter \\x1b]0;x\\x07(7): not permitted");
  }
}

TEST_CASE_FIXTURE(Drawn, "what stands above rows leaves room for a heading and two rows") {
  press("3");
  for (int i = 0; i < 3; ++i) {
    view.data().judged.verdicts.emplace_back(
        Subject::port(static_cast<std::uint16_t>(i + 1)), AttackLevel::suspicious,
        std::vector<Evidence>{
            {.quantity = "x", .value = 1, .op = "", .limit = {}, .unit = "", .weight = 0, .source = ""}});
  }
  sample({test::client(State::syn_recv, 1)});
  const auto heading_at = [this](std::size_t lines) {
    const auto now = shown(100, lines).lines;
    std::size_t out = 0;
    while (out < now.size() && now[out].find("SOURCES") == std::string::npos) ++out;
    return out;
  };
  CHECK(shown(100, 10).tones[3].starts_with("ssss"));
  CHECK(heading_at(10) == 6);
  CHECK(heading_at(9) == 5);
  CHECK(heading_at(8) == 4);
  CHECK(heading_at(7) == 3);
  CHECK(heading_at(5) == 3);
}

TEST_CASE_FIXTURE(Drawn, "rows roll as far as it needs to show the chosen one") {
  press("4");
  sample(clients(10));
  // Eight lines: three rows.
  const auto ports = [this] {
    std::string out;
    const auto now = shown(100, 8).lines;
    for (std::size_t i = 4; i < 7; ++i) {
      const std::size_t colon = now[i].rfind(':');
      out += colon == std::string::npos ? "-" : now[i].substr(colon + 1, now[i].find(' ', colon) - colon - 1);
      out += ' ';
    }
    return out;
  };
  CHECK(ports() == "1 2 3 ");
  press("jj");
  CHECK(ports() == "1 2 3 ");
  press("j");
  CHECK(ports() == "2 3 4 ");
  CHECK(shown(100, 8).tones[6] == std::string(100, 'S'));
  press("kk");
  CHECK(ports() == "2 3 4 ");
  CHECK(shown(100, 8).tones[4] == std::string(100, 'S'));
  press("k");
  CHECK(ports() == "1 2 3 ");
  press("G");
  CHECK(ports() == "8 9 10 ");
  sample(clients(5));
  CHECK(ports() == "3 4 5 ");
  press("kk");
  CHECK(ports() == "3 4 5 ");
  sample(clients(4));
  CHECK(ports() == "2 3 4 ");
  sample(clients(2));
  CHECK(ports() == "1 2 - ");
}

TEST_CASE_FIXTURE(Drawn, "a pane below the rows tells of the chosen one, if the screen is large enough") {
  Finding& of = problem(Severity::warning);
  of.message = "what";
  of.why = "why";
  const auto now = shown(70, 22);
  CHECK(now.lines[16].empty());
  CHECK(now.lines[17] == std::string(70, '-'));
  CHECK(now.tones[17] == std::string(70, 'd'));
  CHECK(now.lines[18] == " what");
  CHECK(now.lines[19] == " why  why");
  CHECK(now.lines[20] == " run  tcpstat for rule   [y copies]");
  CHECK(now.lines[21].starts_with("q quit"));
  const auto has_pane = [](const test::Shown& of_screen) {
    return std::find(of_screen.lines.begin(), of_screen.lines.end(), " why  why") != of_screen.lines.end();
  };
  CHECK_FALSE(has_pane(shown(69, 22)));
  CHECK_FALSE(has_pane(shown(70, 21)));
  // The rows keep the half of it.
  of.why = std::string(70 * 20, 'x');
  of.why.replace(0, 3, "a b");
  for (std::size_t i = 10; i < of.why.size(); i += 10) of.why[i] = ' ';
  const auto full = shown(70, 22);
  CHECK(full.lines[10] != std::string(70, '-'));
  CHECK(full.lines[11] == std::string(70, '-'));
  CHECK(full.lines[12] == " what");
  CHECK(full.lines[20].starts_with("      "));
  problems({});
  CHECK_FALSE(has_pane(shown(70, 22)));
}

TEST_CASE_FIXTURE(Drawn, "a page is wrapped, and says which part of it is there only where it is not whole") {
  Finding& of = problem(Severity::warning);
  of.message = "one two three four five six";
  of.next.clear();
  press(KeyKind::enter);
  CHECK(shown(22, 20).lines[3] == "Problems");
  CHECK(shown(22, 20).tones[3] == "ssssssss");
  const auto narrow = shown(22, 20).lines;
  CHECK(std::find(narrow.begin(), narrow.end(), " one two three four") != narrow.end());
  CHECK(std::find(narrow.begin(), narrow.end(), " five six") != narrow.end());
  for (std::size_t lines = 6; lines < 20; ++lines) {
    CAPTURE(lines);
    const auto now = shown(22, lines).lines;
    CHECK(now.back() == "Esc back  y copy");
    if (now[3] != "Problems") CHECK(now[3] == "Problems  (1-" + std::to_string(lines - 5) + " of 8)");
    CHECK((now[3] == "Problems") == (lines >= 13));
  }
}

TEST_CASE_FIXTURE(Drawn, "text keeps a column free on either side") {
  Finding& of = problem(Severity::warning);
  of.message = "what";
  of.next.clear();
  const auto has = [](const test::Shown& now, const std::string& line) {
    return std::find(now.lines.begin(), now.lines.end(), line) != now.lines.end();
  };
  // 70 columns: 68 for text, of which "why  " takes five.
  of.why = std::string(30, 'x') + " " + std::string(32, 'y');
  CHECK(has(shown(70, 22), " why  " + of.why));
  of.why += 'y';
  CHECK(has(shown(70, 22), " why  " + std::string(30, 'x')));
  CHECK(has(shown(70, 22), "      " + std::string(33, 'y')));
  of.message = std::string(10, 'x') + " " + std::string(9, 'y');
  press(KeyKind::enter);
  CHECK(has(shown(22, 20), " " + of.message));
  press(KeyKind::escape);
  of.message += 'y';
  press(KeyKind::enter);
  CHECK(has(shown(22, 20), " " + std::string(10, 'x')));
  CHECK(has(shown(22, 20), " " + std::string(10, 'y')));
}

TEST_CASE_FIXTURE(Drawn, "the foot has as many keys as fit, each whole") {
  CHECK(shown(110).lines.back() ==
        "q quit  ? help  Enter open  / filter  space pause  e explain  y copy  s sort  f follow  Tab next");
  CHECK(shown(96).lines.back().ends_with("f follow  Tab next"));
  CHECK(shown(95).lines.back().ends_with("s sort  f follow"));
  CHECK(shown(6).lines.back() == "q quit");
  CHECK(shown(5).lines.back().empty());
  CHECK(shown(100).tones.back().starts_with("dddddd"));
  view.data().depth = check::Depth::no_owners;
  CHECK(shown(110).lines.back().starts_with("q quit"));
  view.data().depth = check::Depth::rows;
  CHECK(shown(110).lines.back().starts_with("many sockets: judged without tcp_info and owners  q quit"));
  view.data().depth = check::Depth::whole;
  view.set_place("1 of 2");
  CHECK(shown(110).lines.back().starts_with("left, right: one sample  q quit"));
  press("/-s Q");
  press(KeyKind::enter);
  CHECK(shown(110).lines.back().starts_with("filter: -s Q  left, right: one sample  q quit"));
  press("Z");
  CHECK(shown(110).lines.back() == "no such key; ? tells them");
  CHECK(shown(110).tones.back().starts_with("ssss"));
}

TEST_CASE_FIXTURE(Drawn, "a filter that is typed has a cursor, and its trouble stands behind that") {
  press("/ab");
  const auto now = shown();
  CHECK(now.lines.back() == "filter: ab_");
  CHECK(now.tones.back() == std::string(10, 's'));
  press(KeyKind::escape);
  press("/-x");
  press(KeyKind::enter);
  CHECK(foot() == "filter: -x_  no option \\x1b -x");
  CHECK(shown().tones.back().substr(8) == "ss...yyyyyyyyyyyyyyyyy");
}

TEST_CASE_FIXTURE(Drawn, "with UTF-8 lines and cuts have signs of their own") {
  Manner manner = plain_manner(scene.names);
  manner.charset = Charset::utf8;
  Viewing other(manner);
  other.problems({"rule"});
  Finding& of = other.view.data().judged.problems.front().finding;
  of.message = std::string(200, 'x');
  const auto now = other.shown(70, 22);
  CHECK(now.lines[0].ends_with("x…"));
  CHECK(display_width(now.lines[0]) == 70);
  std::string rule;
  for (int i = 0; i < 70; ++i) rule += "─";
  CHECK(std::find(now.lines.begin(), now.lines.end(), rule) != now.lines.end());
}

}  // namespace
}  // namespace tcpstat::screen
