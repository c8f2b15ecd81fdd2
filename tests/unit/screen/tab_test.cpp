#include "screen/tab.h"

#include <doctest/doctest.h>

#include "support/screen.h"

namespace tcpstat::screen {
namespace {

TEST_CASE("a column of network namespaces is there where there are several") {
  test::LiveScene scene;
  std::vector<Heading> headings;
  std::vector<std::string> cells;
  add_netns(headings, scene.manner);
  add_netns(cells, 8, scene.manner);
  CHECK(headings.empty());
  CHECK(cells.empty());

  scene.manner.netns = "all";
  scene.names.namespaces[8] =
      "we\x1b"
      "b";
  add_netns(headings, scene.manner);
  add_netns(cells, 8, scene.manner);
  add_netns(cells, 9, scene.manner);
  CHECK(test::texts_of(headings) == std::vector<std::string>{"NETNS"});
  CHECK(headings.front().align == Align::left);
  CHECK(cells == std::vector<std::string>{"we\\x1bb", "9"});
}

TEST_CASE("a command reads the place of its row") {
  test::LiveScene scene;
  const auto list = [&](std::uint64_t netns) { return command_there("tcpstat -l", scene.data, netns, scene.manner); };
  CHECK(list(8) == "tcpstat -l");
  scene.data.judged.place = {.options = "--netns 'we\nb'"};
  CHECK(list(8) == "tcpstat -l --netns 'we\\x0ab'");
  scene.data.judged.place = {.options = "--record DIR --at 2026-11-30T07:00:00.000Z", .saved = true};
  CHECK(list(8) == "tcpstat -l --record DIR --at 2026-11-30T07:00:00.000Z");
  CHECK(command_there("tcpstat watch --events", scene.data, 8, scene.manner).empty());
}

TEST_CASE("a command names the namespace of its row, and where it is not known all of them") {
  test::LiveScene scene;
  scene.manner.netns = "all";
  scene.data.judged.namespaces.push_back(test::judged_namespace(0, "gone", "--netns gone"));
  scene.data.judged.namespaces.push_back(test::judged_namespace(7, "here"));
  scene.data.judged.namespaces.push_back(test::judged_namespace(8, "web", "--netns '4711\n'"));
  const auto list = [&](std::uint64_t netns) { return command_there("tcpstat -l", scene.data, netns, scene.manner); };
  CHECK(list(7) == "tcpstat -l");
  CHECK(list(8) == "tcpstat -l --netns '4711\\x0a'");
  CHECK(list(9) == "tcpstat -l --netns all");
  CHECK(list(0) == "tcpstat -l --netns all");
  scene.manner.netns = "web,my net";
  CHECK(list(0) == "tcpstat -l --netns 'web,my net'");
}

TEST_CASE("what a row shows can be ended where it is, and nothing else") {
  test::LiveScene scene;
  check::Judged& judged = scene.data.judged;
  Connection row = test::client(State::established, 80);
  row.netns = 8;
  const std::string words = "ss -K src 192.0.2.1:443 dst 198.51.100.7:80";
  const auto connection = [&] { return ending_connection(row, scene.data, scene.manner); };
  CHECK(ending_program(7, scene.data) == "end  kill 7\n\n");
  CHECK(connection() == "end  " + words + "\n\n");
  judged.place = {.options = "--netns web", .enter = "nsenter --net=/run/netns/web"};
  CHECK(connection() == "end  nsenter --net=/run/netns/web " + words + "\n\n");
  CHECK(ending_program(7, scene.data) == "end  kill 7\n\n");

  // Of several namespaces each is entered by a way of its own.
  judged.place = {};
  scene.manner.netns = "all";
  CHECK(connection().empty());
  judged.namespaces.push_back(test::judged_namespace(8, "web", "--netns web", "nsenter --net=/run/netns/web"));
  CHECK(connection() == "end  nsenter --net=/run/netns/web " + words + "\n\n");
  scene.manner.netns.clear();

  // What was saved may be another's now, and another /proc may have other numbers.
  judged.place = {.options = "--record DIR", .saved = true};
  CHECK(connection().empty());
  CHECK(ending_program(7, scene.data).empty());
  judged.place = {.root = "/host/proc", .options = "--proc-root /host/proc"};
  CHECK(connection().empty());
  CHECK(ending_program(7, scene.data).empty());
  // It has no other end.
  judged.place = {};
  row.state = State::close;
  CHECK(connection().empty());
}

TEST_CASE("columns that say nothing are left out, and ends and pids stand in others") {
  const std::string text = known_columns([](const Column& one) -> std::string {
    if (one.id == ColumnId::STATE) return "LISTEN";
    if (one.id == ColumnId::LOCAL || one.id == ColumnId::REMOTE || one.id == ColumnId::PID) return "said elsewhere";
    if (one.id == ColumnId::REMOTE_ADDRESS) return "*";
    return one.id == ColumnId::UID ? "0" : "-";
  });
  CHECK(text == "STATE  LISTEN  (TCP state, as the kernel names it)\nUID  0  (user id of the socket's owner)\n");
}

}  // namespace
}  // namespace tcpstat::screen
