#include <doctest/doctest.h>

#include "screen/tab.h"
#include "support/screen.h"

namespace tcpstat::screen {
namespace {

using Texts = std::vector<std::string>;

struct EventScene : test::LiveScene {
  EventScene() {
    const auto add = [this](TransitionVerdict verdict, const char* time) {
      data.events.push_back({.time = time,
                             .local = "192.0.2.1:443",
                             .remote = "198.51.100.7:80",
                             .shown_local = "192.0.2.1%eth0:443",
                             .netns = 8,
                             .change = "ESTABLISHED > CLOSE_WAIT",
                             .peer_change = "",
                             .reason = "why\x1b",
                             .verdict = verdict,
                             .sample = 1});
    };
    add(TransitionVerdict::legal, "12:00:03");
    add(TransitionVerdict::illegal, "12:00:02");
    add(TransitionVerdict::reuse, "12:00:01");
    data.events[1].peer_change = "FIN_WAIT1 > FIN_WAIT2";
    data.event_count = 17;
  }

  std::unique_ptr<Tab> tab = make_events_tab();
};

TEST_CASE_FIXTURE(EventScene, "what is extraordinary is shown, and all of it where that is wanted") {
  CHECK(tab->title() == "Events");
  CHECK(tab->count(data) == 17);
  REQUIRE(tab->rows(data, manner) == 2);
  CHECK(tab->row(data, 0, manner).cells[0] == "12:00:02");
  CHECK(tab->row(data, 1, manner).cells[0] == "12:00:01");
  manner.all_events = true;
  REQUIRE(tab->rows(data, manner) == 3);
  CHECK(tab->row(data, 0, manner).cells[0] == "12:00:03");
}

TEST_CASE_FIXTURE(EventScene, "an event has its ends, both changes and a verdict where it is none of every day") {
  manner.all_events = true;
  REQUIRE(tab->rows(data, manner) == 3);
  CHECK(test::texts_of(tab->headings(manner)) == Texts{"TIME", "LOCAL", "REMOTE", "CHANGE", "OTHER END", "VERDICT"});
  const Row ordinary = tab->row(data, 0, manner);
  CHECK(ordinary.cells ==
        Texts{"12:00:03", "192.0.2.1%eth0:443", "198.51.100.7:80", "ESTABLISHED > CLOSE_WAIT", "", ""});
  CHECK(ordinary.mark == ' ');
  CHECK(ordinary.tone == Tone::plain);
  const Row bad = tab->row(data, 1, manner);
  CHECK(bad.cells[4] == "FIN_WAIT1 > FIN_WAIT2");
  CHECK(bad.cells[5] == "illegal");
  CHECK(bad.mark == '!');
  CHECK(bad.tone == Tone::critical);
  const Row odd = tab->row(data, 2, manner);
  CHECK(odd.cells[5] == "reuse");
  CHECK(odd.mark == ' ');
  CHECK(odd.tone == Tone::warning);

  const auto headings = tab->headings(manner);
  const std::vector<unsigned> dispensable = {0, 0, 0, 0, 1, 2};
  for (std::size_t i = 0; i < headings.size(); ++i) {
    CAPTURE(headings[i].text);
    CHECK(headings[i].dispensable == dispensable[i]);
    CHECK(headings[i].shortens == (i == 1 || i == 2));
    CHECK(headings[i].align == Align::left);
  }
  manner.netns = "all";
  names.namespaces[8] = "web";
  CHECK(test::texts_of(tab->headings(manner)).front() == "NETNS");
  CHECK(tab->row(data, 0, manner).cells.front() == "web");
}

TEST_CASE_FIXTURE(EventScene, "an event is known by its namespace, time, ends and change") {
  REQUIRE(tab->rows(data, manner) == 2);
  CHECK(tab->identity(data, 0) == "812:00:02192.0.2.1%eth0:443198.51.100.7:80ESTABLISHED > CLOSE_WAIT");
  CHECK(tab->subject(data, 0) == "CLOSE_WAIT");
  // As explain calls it.
  data.events[1].change = "TIME_WAIT > gone";
  CHECK(tab->subject(data, 0) == "ABSENT");
}

TEST_CASE_FIXTURE(EventScene, "details tell both changes, the verdict and its reason") {
  REQUIRE(tab->rows(data, manner) == 2);
  CHECK(tab->details(data, 0, manner) ==
        "12:00:02  192.0.2.1%eth0:443  198.51.100.7:80\nESTABLISHED > CLOSE_WAIT\nother end  FIN_WAIT1 > FIN_WAIT2\n"
        "verdict  illegal\nwhy\\x1b\n");
  CHECK(tab->details(data, 1, manner) ==
        "12:00:01  192.0.2.1%eth0:443  198.51.100.7:80\nESTABLISHED > CLOSE_WAIT\nverdict  reuse\nwhy\\x1b\n");
}

TEST_CASE_FIXTURE(EventScene, "its command follows the port, in its namespace") {
  data.events[1].local = "[2001:db8::1]:8443";
  REQUIRE(tab->rows(data, manner) == 2);
  CHECK(tab->command(data, 0, manner) == "tcpstat watch --events --local-port 8443");
  manner.netns = "all";
  data.judged.namespaces.push_back(test::judged_namespace(8, "web", "--netns /run/web"));
  CHECK(tab->command(data, 0, manner) == "tcpstat watch --events --local-port 8443 --netns /run/web");
}

TEST_CASE_FIXTURE(EventScene, "where nothing is shown, that says whether there was something") {
  CHECK(tab->nothing(data) == "nothing out of the ordinary; a shows all 17");
  data.event_count = 1;
  CHECK(tab->nothing(data) == "nothing out of the ordinary; a shows all 1");
  data.event_count = 0;
  CHECK(tab->nothing(data) == "nothing changed yet");
}

}  // namespace
}  // namespace tcpstat::screen
