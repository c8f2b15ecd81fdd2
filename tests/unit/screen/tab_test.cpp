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
  CHECK(netns_option(scene.data, 8, scene.manner).empty());

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

TEST_CASE("a command names the namespace of its row, and where it is not known all of them") {
  test::LiveScene scene;
  scene.manner.netns = "all";
  scene.data.judged.namespaces.push_back(test::judged_namespace(7, "idle", "/run/netns/idle"));
  scene.data.judged.namespaces.push_back(test::judged_namespace(8, "web", "4711\n"));
  CHECK(netns_option(scene.data, 7, scene.manner) == " --netns /run/netns/idle");
  CHECK(netns_option(scene.data, 8, scene.manner) == " --netns '4711\\x0a'");
  CHECK(netns_option(scene.data, 9, scene.manner) == " --netns all");
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
