// Open connections that carry nothing: whose they are, and when they are trouble.

#include <doctest/doctest.h>

#include <array>

#include "support/diagnosing.h"

using namespace tcpstat;
using namespace tcpstat::diagnose;
using namespace tcpstat::test;

namespace {

const Owner kServer{812, 4, "httpd"};
constexpr std::string_view kRule = "idle-connections";

Diagnosing::Info carried(std::uint64_t received, std::uint64_t sent, std::uint64_t sent_ms, std::uint64_t received_ms) {
  return {{"bytes_received", received},
          {"data_segs_out", sent},
          {"last_data_sent_ms", sent_ms},
          {"last_data_recv_ms", received_ms}};
}
const Diagnosing::Info kSilent = carried(0, 0, 40'000, 40'000);
const Diagnosing::Info kActive = carried(5'000, 20, 300, 300);

/// `count` of them, each from a network of its own.
void from_everybody(Diagnosing& run, std::size_t count, const Diagnosing::Info& info) {
  for (std::size_t i = 0; i < count; ++i) {
    Connection row = served(State::established);
    row.remote.address = address("203." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".7");
    run.rows(1, row, info, kServer);
  }
}

}  // namespace

TEST_CASE("connections that never brought a byte are told by service and source, and are no trouble as such") {
  Diagnosing run;
  run.rows(12, served(State::established), kActive, kServer);
  run.rows(99, served(State::established), kSilent, kServer);
  CHECK(run.verdict(kRule) == Severity::ok);
  run.rows(301, served(State::established), kSilent, kServer);
  const auto all = run.finish(kRule);
  REQUIRE(all.size() == 1);
  CHECK(all[0].severity == Severity::info);
  CHECK(all[0].subject == ":443");
  CHECK(all[0].value == 400);
  CHECK(evidence(all[0], "never_sent_a_byte") == 400);
  CHECK(told(all[0]) ==
        "400 of 412 connections on :443 never brought a byte, the oldest for 40 s: 100 % of them from 198.51.100.7");
  CHECK(all[0].next == "tcpstat summary --by remote_address --state ESTABLISHED --local-port 443");
}

TEST_CASE("what a connection carries decides, by age") {
  struct Case {
    std::string_view name;
    Diagnosing::Info info;
    std::string_view quantity;
  };
  for (const Case& one : std::array<Case, 11>{{
           {"no byte for 10 s", carried(0, 0, 10'000, 10'000), "never_sent_a_byte"},
           {"no byte for less", carried(0, 0, 9'999, 9'999), ""},
           {"a greeting that nobody answers", carried(0, 1, 10'000, 12'000), "never_sent_a_byte"},
           {"a feed that is only sent", carried(0, 900, 500, 90'000), ""},
           {"half a request for 10 s", carried(999, 0, 10'000, 2'000), "unfinished_requests"},
           {"an upload", carried(1'000, 0, 10'000, 2'000), ""},
           {"half a request for less", carried(10, 0, 9'999, 2'000), ""},
           {"an old conversation", carried(10, 1, 300'000, 300'000), "idle_for_long"},
           {"whose client spoke lately", carried(10, 1, 300'000, 299'999), ""},
           {"to whose client was spoken lately", carried(10, 1, 299'999, 300'000), ""},
           {"nothing known", {}, ""},
       }}) {
    CAPTURE(one.name);
    Diagnosing run;
    run.rows(100, served(State::established), one.info, kServer);
    const auto all = run.finish(kRule);
    CHECK(all.size() == (one.quantity.empty() ? 0 : 1));
    if (!all.empty()) CHECK(evidence(all[0], one.quantity) == 100);
  }
}

TEST_CASE("slow clients, silent ones and pools are told apart") {
  const auto words = [](const Diagnosing::Info& info) {
    Diagnosing run;
    run.rows(200, served(State::established), info, kServer);
    const Finding found = run.finish(kRule).at(0);
    return told(found) + " / " + found.brief;
  };
  CHECK(words(carried(40, 0, 60'000, 5'000)) ==
        "200 of 200 connections on :443 brought a few bytes and no request that was answered, the oldest for 60 s: "
        "slow clients, or an attack; 100 % of them from 198.51.100.7 / 200 of 200 connections on :443 send too slowly");
  // Nothing has come for long: they may have sent all they had.
  CHECK(words(carried(40, 0, 60'000, 9'999)).find("slow clients") != std::string::npos);
  CHECK(words(carried(40, 0, 60'000, 10'000)) ==
        "200 of 200 connections on :443 brought a few bytes and have had no answer, the oldest for 60 s: the program "
        "waits for something (long polls, another service), or clients stop within their requests; 100 % of them from "
        "198.51.100.7 / 200 of 200 connections on :443 have had no answer");
  CHECK(words(kSilent).ends_with(" / 200 of 200 connections on :443 never spoke"));
  CHECK(
      words(carried(4'000, 70, 7'200'000, 7'300'000)) ==
      "200 of 200 connections on :443 carry nothing, the oldest for 2 h: 100 % of them from 198.51.100.7 / 200 of 200 "
      "connections on :443 carry nothing");
}

TEST_CASE("what most do is not said of all") {
  const auto words = [](const Diagnosing::Info& most, std::size_t others) {
    Diagnosing run;
    run.rows(60, served(State::established), most, kServer);
    run.rows(others, served(State::established), carried(4'000, 70, 400'000, 400'000), kServer);
    const Finding found = run.finish(kRule).at(0);
    return found.message + " / " + found.brief;
  };
  const auto slow = carried(40, 0, 60'000, 5'000);
  CHECK(words(kSilent, 50) ==
        "110 of 110 connections on :443 carry nothing, 60 of them never brought a byte, the oldest for 6 min / 110 of "
        "110 connections on :443 carry nothing");
  CHECK(
      words(slow, 59).starts_with("119 of 119 connections on :443 carry nothing, 60 of them brought a few bytes and "
                                  "no request that was answered, the oldest"));
  CHECK(words(carried(40, 0, 60'000, 60'000), 59).ends_with(" / 119 of 119 connections on :443 carry nothing"));
  CHECK(words(slow, 60).starts_with("120 of 120 connections on :443 carry nothing, the oldest"));
  CHECK(words(kSilent, 60).starts_with("120 of 120 connections on :443 carry nothing, the oldest"));
}

TEST_CASE("the largest source and the number of sources") {
  Diagnosing run;
  from_everybody(run, 60, kSilent);
  run.rows(60, served(State::established), kSilent, kServer);
  CHECK(told(run.finish(kRule).at(0)).ends_with(": 50 % of them from 198.51.100.7, of 61 sources"));
  Diagnosing networks;
  for (unsigned i = 1; i <= 100; ++i) {
    Connection row = served(State::established);
    row.remote.address = address("2001:db8:0:7::" + std::to_string(i));
    networks.rows(1, row, kSilent, kServer);
  }
  CHECK(told(networks.finish(kRule).at(0)).ends_with(": 100 % of them from 2001:db8:0:7::/64"));
}

TEST_CASE("a source with hardly any of the idle connections is not named") {
  Diagnosing run;
  from_everybody(run, 200, kSilent);
  CHECK(told(run.finish(kRule).at(0)).ends_with(": they come from 200 sources, none has more than 1"));
  // Of more sources than are counted, the smaller half was forgotten.
  Diagnosing crowd;
  from_everybody(crowd, RowGroups::kMost + 1, kSilent);
  CHECK(told(crowd.finish(kRule).at(0)).ends_with(": they come from more than 2049 sources, none has more than 1"));
}

TEST_CASE("they are trouble once they take a program's descriptors, or others wait to be accepted") {
  struct Case {
    std::uint64_t descriptors;
    Severity expected;
  };
  for (const Case& one : std::array<Case, 4>{
           {{401, Severity::info}, {400, Severity::warning}, {223, Severity::warning}, {222, Severity::critical}}}) {
    CAPTURE(one.descriptors);
    Diagnosing run;
    run.processes.table[812] = one.descriptors;
    from_everybody(run, 200, kSilent);
    const Finding found = run.finish(kRule).at(0);
    CHECK(found.severity == one.expected);
    for (const Evidence& piece : found.evidence) {
      if (piece.quantity != "descriptors_taken") continue;
      CHECK(piece.value == doctest::Approx(200.0 / static_cast<double>(one.descriptors)));
      CHECK(piece.limit == (one.expected == Severity::critical ? 0.9 : 0.5));
    }
    CHECK(evidence(found, "descriptors_taken"));
  }
  Diagnosing none;
  none.processes.table[812] = 0;
  from_everybody(none, 200, kSilent);
  CHECK(none.verdict(kRule) == Severity::info);
  CHECK_FALSE(evidence(none.finish(kRule).at(0), "descriptors_taken"));

  Diagnosing taken;
  taken.processes.table[812] = 400;
  from_everybody(taken, 200, kSilent);
  CHECK(told(taken.finish(kRule).at(0)).ends_with("; they take 50 % of the descriptors of httpd(812)"));

  Diagnosing waiting;
  from_everybody(waiting, 200, kSilent);
  Connection unaccepted = served(State::established);
  unaccepted.inode = 0;
  waiting.rows(4, unaccepted, {{"last_data_sent_ms", 10'000}});
  CHECK(waiting.verdict(kRule) == Severity::info);
  CHECK(waiting.finish(kRule).at(0).advice.empty());
  waiting.rows(1, unaccepted, {{"last_data_sent_ms", 10'000}});
  CHECK(waiting.verdict(kRule) == Severity::warning);
  CHECK(told(waiting.finish(kRule).at(0)).ends_with("; 5 others have long waited to be accepted"));
  CHECK(waiting.finish(kRule).at(0).advice ==
        "let the program end idle connections sooner, and limit the connections of one source");
}

TEST_CASE("clients that wait for a moment behind idle connections are of a program that is busy") {
  Diagnosing run;
  from_everybody(run, 200, kSilent);
  Listener queue = listener(endpoint("0.0.0.0", 443));
  queue.accept_limit = 512;
  queue.accept_queue = 50;
  run.row(queue);
  Connection unaccepted = served(State::established);
  unaccepted.inode = 0;
  run.rows(50, unaccepted, {{"last_data_sent_ms", 150}});
  run.rows(50, unaccepted);
  CHECK(run.verdict(kRule) == Severity::info);
}

TEST_CASE("the three services with most are told, the largest first") {
  Diagnosing run;
  for (std::uint16_t port = 8001; port <= 8004; ++port) {
    run.rows(100U + port % 10, served(State::established, port), kSilent, kServer);
  }
  const auto all = run.finish(kRule);
  REQUIRE(all.size() == 3);
  CHECK(all[0].subject == ":8004");
  CHECK(all[2].subject == ":8002");
}

TEST_CASE("what this host opened, or nobody has accepted, is no pile") {
  Diagnosing run;
  Connection row = served(State::established);
  row.inode = 0;
  run.rows(500, row, kSilent);
  Connection pool = connection(State::established, endpoint("192.0.2.1", 50'000), endpoint("198.51.100.7", 443));
  for (int i = 0; i < 500; ++i, ++pool.local.port) run.rows(1, pool, kSilent, kServer);
  CHECK(run.finish().empty());
}

TEST_CASE("one source at many services, of which none has many") {
  Diagnosing run;
  for (std::uint16_t port = 8000; port < 8005; ++port) {
    run.rows(20, served(State::established, port), kSilent, kServer);
  }
  const auto all = run.finish(kRule);
  REQUIRE(all.size() == 1);
  CHECK(all[0].subject == "198.51.100.7");
  CHECK(told(all[0]) == "100 connections of 198.51.100.7 to several services carry nothing, the oldest for 40 s");
  CHECK(all[0].brief == "100 connections of 198.51.100.7 carry nothing");
  CHECK(all[0].next == "tcpstat summary --by local_port --state ESTABLISHED --remote 198.51.100.7");
}

TEST_CASE("without tcp_info it is said that it is not known") {
  Diagnosing run;
  run.rows(99, served(State::established), {}, kServer);
  run.finish();
  CHECK(run.diagnoser().not_seen().empty());
  run.rows(1, served(State::established), {}, kServer);
  CHECK(run.finish().empty());
  REQUIRE(run.diagnoser().not_seen().size() == 1);
  CHECK(run.diagnoser().not_seen()[0].what ==
        "whether 100 open connections carry anything: only tcp_info tells (--source netlink; -i where rows are saved)");
}

TEST_CASE("one network that has most of the idle connections is named, where none of its hosts has") {
  struct Case {
    std::string before;  ///< the number of a host, in its address
    std::string after;
    std::string_view network;
  };
  for (const Case& one : {Case{"203.0.113.", "", "203.0.113.0/24"}, Case{"2001:db8:1:", "::1", "2001:db8:1::/48"}}) {
    CAPTURE(one.network);
    Diagnosing run;
    for (int host = 1; host <= 240; ++host) {
      Connection row = served(State::established);
      row.remote.address = address(one.before + std::to_string(host) + one.after);
      run.rows(1, row, kSilent, kServer);
    }
    from_everybody(run, 60, kSilent);
    const Finding found = run.finish(kRule).at(0);
    CHECK(told(found).ends_with(": 80 % of them from " + std::string(one.network)));
    CHECK(found.next == "tcpstat summary --by remote_prefix --state ESTABLISHED --local-port 443");
  }
}
