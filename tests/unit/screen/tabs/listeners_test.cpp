#include <doctest/doctest.h>

#include "screen/tab.h"
#include "support/screen.h"

namespace tcpstat::screen {
namespace {

using Texts = std::vector<std::string>;

struct ListenerScene : test::LiveScene {
  static Listener queue(std::uint16_t port, std::uint32_t waiting, std::uint32_t limit) {
    Listener row = test::listener(test::endpoint("0.0.0.0", port));
    row.accept_queue = waiting;
    row.accept_limit = limit;
    row.syn_recv = 0;
    return row;
  }
  Texts order() const {
    Texts out;
    for (std::size_t i = 0; i < tab->rows(data, manner); ++i) {
      const std::string local = tab->row(data, i, manner).cells[0];
      out.push_back(local.substr(local.rfind(':') + 1));
    }
    return out;
  }

  std::unique_ptr<Tab> tab = make_listeners_tab();
};

TEST_CASE_FIXTURE(ListenerScene, "a listener has its queue, how full that is, its half-opens and who owns it") {
  const std::vector<Owner> owners = {{.pid = 7, .fd = 3, .name = "nginx"}, {.pid = 8, .fd = 3, .name = "nginx"}};
  Listener of = queue(443, 3, 5);
  of.syn_recv = 9;
  of.owners_known = true;
  of.owners = owners;
  give({}, {of});
  CHECK(tab->title() == "Listeners");
  CHECK(tab->count(data) == 1);
  CHECK(test::texts_of(tab->headings(manner)) ==
        Texts{"LOCAL", "ACCEPT", "LIMIT", "FILL", "HALF-OPEN", "DROPS/S", "PROCESS"});
  CHECK(tab->row(data, 0, manner).cells == Texts{"0.0.0.0:443", "3", "5", "#####.....", "9", "-", "nginx(7)+1"});
  const std::vector<unsigned> dispensable = {0, 0, 0, 2, 1, 3, 4};
  const auto headings = tab->headings(manner);
  for (std::size_t i = 0; i < headings.size(); ++i) {
    CAPTURE(headings[i].text);
    CHECK(headings[i].dispensable == dispensable[i]);
    CHECK(headings[i].shortens == (i == 0 || i == 6));
    CHECK((headings[i].align == Align::right) == (i == 1 || i == 2 || i == 4 || i == 5));
  }
  CHECK(tab->details(data, 0, manner).starts_with("end  kill 7\n\nSTATE  LISTEN  ("));
  CHECK(tab->subject(data, 0) == "LISTEN");
  data.judged.place.saved = true;
  CHECK(tab->details(data, 0, manner).starts_with("STATE  LISTEN  ("));
  manner.netns = "all";
  CHECK(test::texts_of(tab->headings(manner)).front() == "NETNS");
  CHECK(tab->row(data, 0, manner).cells.front() == "0");
}

TEST_CASE_FIXTURE(ListenerScene, "a listener on a device has its name, and is another one than that on a second") {
  names.interfaces = {{7, "l\x1bo"}};
  Listener first = queue(443, 0, 5);
  first.interface = 7;
  Listener second = queue(443, 0, 5);
  second.interface = 8;
  give({}, {first, second, queue(443, 0, 5)});
  CHECK(tab->row(data, 0, manner).cells[0] == "0.0.0.0%l\\x1bo:443");
  CHECK(tab->row(data, 2, manner).cells[0] == "0.0.0.0:443");
  CHECK(tab->identity(data, 0) == "0 0.0.0.0:443%7");
  CHECK(tab->identity(data, 1) == "0 0.0.0.0:443%8");
}

TEST_CASE_FIXTURE(ListenerScene, "what is not known is not zero") {
  Listener of = queue(443, 0, 0);
  of.accept_queue.reset();
  of.accept_limit.reset();
  of.syn_recv.reset();
  give({}, {of});
  CHECK(tab->row(data, 0, manner).cells == Texts{"0.0.0.0:443", "-", "-", "", "-", "-", "-"});
  CHECK(tab->row(data, 0, manner).mark == ' ');
  of.accept_queue = 9;
  give({}, {of});
  CHECK(tab->row(data, 0, manner).mark == ' ');
  CHECK_FALSE(tab->details(data, 0, manner).starts_with("end"));
}

TEST_CASE_FIXTURE(ListenerScene, "a full one is critical, and a nearly full one is marked") {
  const auto mark = [this](std::uint32_t waiting, std::uint32_t limit) {
    give({}, {queue(443, waiting, limit)});
    return tab->row(data, 0, manner).mark;
  };
  CHECK(mark(5, 8) == ' ');
  CHECK(mark(6, 8) == '~');
  CHECK(tab->row(data, 0, manner).tone == Tone::warning);
  // Of few that wait the rule says nothing, unless there is no room for more.
  CHECK(mark(3, 3) == ' ');
  CHECK(mark(4, 5) == ' ');
  CHECK(mark(9, 8) == '!');
  CHECK(tab->row(data, 0, manner).tone == Tone::critical);
  CHECK(tab->row(data, 0, manner).cells[3] == "##########");
}

TEST_CASE_FIXTURE(ListenerScene, "drops are told in a second, of its own end and namespace") {
  Listener of = queue(443, 0, 3);
  of.drops = 100;
  of.netns = 8;
  give({}, {of});
  const auto drops = [this] { return tab->row(data, 0, manner).cells[5]; };
  CHECK(drops() == "-");
  data.judged.apart = std::chrono::milliseconds(4000);
  CHECK(drops() == "0");
  CHECK(tab->row(data, 0, manner).mark == ' ');
  data.judged.drops.push_back({.end = listening_end_of(of), .count = 40, .netns = 9});
  CHECK(drops() == "0");
  data.judged.drops.push_back({.end = listening_end_of(of), .count = 3, .netns = 8});
  CHECK(drops() == "<1");
  CHECK(tab->row(data, 0, manner).mark == '~');
  data.judged.drops.back().count = 4;
  CHECK(drops() == "1");
  data.judged.drops.back().count = 14;
  CHECK(drops() == "4");
  data.judged.apart = std::chrono::milliseconds(0);
  CHECK(drops() == "-");
  data.judged.apart = std::chrono::milliseconds(1);
  CHECK(drops() == "14000");
  of.drops.reset();
  give({}, {of});
  CHECK(drops() == "-");
}

TEST_CASE_FIXTURE(ListenerScene, "the fullest come first, then those with more half-opens, then by port") {
  Listener crowded = queue(9, 1, 9);
  crowded.syn_recv = 5;
  give({}, {queue(80, 0, 9), queue(22, 0, 9), queue(443, 5, 9), queue(8, 1, 9), crowded});
  CHECK(order() == Texts{"443", "9", "8", "22", "80"});
  // Another sample, another order.
  give({}, {queue(80, 9, 9), queue(22, 0, 9), queue(443, 5, 9), queue(8, 1, 9), queue(9, 1, 9)});
  CHECK(order() == Texts{"80", "443", "8", "9", "22"});
}

TEST_CASE_FIXTURE(ListenerScene, "a listener is known by its cookie, or by its end, in its namespace") {
  Listener of = queue(443, 0, 3);
  of.netns = 8;
  give({}, {of});
  CHECK(tab->identity(data, 0) == "8 0.0.0.0:443");
  CHECK(tab->command(data, 0, manner) == "tcpstat -l -p --local-port 443");
  of.cookie = 99;
  give({}, {of});
  CHECK(tab->identity(data, 0) == "8 99");
  manner.netns = "all";
  data.judged.namespaces.push_back(test::judged_namespace(8, "web", "--netns /run/web"));
  CHECK(tab->command(data, 0, manner) == "tcpstat -l -p --local-port 443 --netns /run/web");
}

TEST_CASE_FIXTURE(ListenerScene, "where nothing listens that is said, or why it is not known") {
  CHECK(tab->nothing(data) == "nothing listens");
  data.judged.error = Error{"read the list", 13};
  CHECK(tab->nothing(data) == "cannot read the list: Permission denied");
}

}  // namespace
}  // namespace tcpstat::screen
