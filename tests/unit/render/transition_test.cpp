// Transitions in several formats at once, and as a table.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "render/transitions.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

TEST_CASE("the table fits in 80 columns with both ports, and what is cut is only what was passed unseen") {
  for (const std::string& line : lines(written_transitions("table", 80))) CHECK(display_width(line) <= 80);
  const auto all = lines(written_transitions("table"));
  REQUIRE(all.size() == 3);
  CHECK(all[1].starts_with("04:04:05  " + std::string(name(State::established)) + "  "));
  CHECK(all[1].find("1m01s  192.0.2.1:443") != std::string::npos);
  CHECK(all[1].ends_with("  FIN_WAIT1>FIN_WAIT2|CLOSING"));
  CHECK(all[2].find("     -  [::]:22                *  ") != std::string::npos);
}

TEST_CASE("a narrow terminal loses nothing of a transition") {
  for (const std::size_t width : {60U, 80U, 100U}) {
    CAPTURE(width);
    const std::string text = written_transitions("table", width);
    for (const std::string& line : lines(text)) CHECK(display_width(line) <= width);
    for (const std::string_view part :
         {"192.0.2.1:443", "198.51.100.7:50000", "[::]:22", "FIN_WAIT1>FIN_WAIT2|CLOSING", "1m01s"}) {
      CHECK(text.find(part) != std::string::npos);
    }
    CHECK(text.find("verdict legal") == std::string::npos);  // as nearly always
  }
  Transition of = closed();
  of.reset_sent = true;
  of.reset_reason = ResetReason::abort_on_close;
  of.actor_pid = 123;
  of.actor_name = "curl";
  for (const std::size_t width : {60U, 80U, 120U}) {
    CAPTURE(width);
    Rendering rendering("table");
    rendering.settings.width = width;
    rendering.settings.observed = Observed::exact;
    rendering.settings.processes = true;
    const auto writer = find_format("table")->transitions(rendering.settings);
    writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
    writer->transition(listening(), {});
    writer->sample_end();
    writer->transition(of, {TransitionVerdict::illegal, "", "", {}, {}});
    for (const std::string_view part :
         {"198.51.100.7:50000", "reset-here abort-on-close", "curl(123)", "illegal", "1m01s"}) {
      CHECK(rendering.text().find(part) != std::string::npos);
    }
  }
}

TEST_CASE("times of exact transitions in a table") {
  const auto seen = [](std::int64_t us) {
    Rendering rendering("table");
    rendering.settings.header = false;
    const auto writer = find_format("table")->transitions(rendering.settings);
    Transition exact = closed();
    exact.observed = Observed::exact;
    exact.dwell = EventTime(us);
    writer->sample({1, "", "00:00:00.000000"});
    writer->transition(exact, {});
    writer->sample_end();
    return rendering.text();
  };
  CHECK(seen(57).find(" 57us ") != std::string::npos);
  CHECK(seen(999).find(" 999us ") != std::string::npos);
  CHECK(seen(3'149).find(" 3.1ms ") != std::string::npos);
  CHECK(seen(1'000'000).find(" 1.0s ") != std::string::npos);
}

TEST_CASE("the table of exact transitions says whose RST ended a socket") {
  const auto told = [](const Transition& of) {
    Rendering rendering("table");
    rendering.settings.observed = Observed::exact;
    const auto writer = find_format("table")->transitions(rendering.settings);
    writer->transition(of, {});
    writer->sample_end();
    return rendering.text();
  };
  Transition of = closed();
  CHECK(told(of).find("REMOTE                 END\n") != std::string::npos);
  CHECK(told(of).ends_with("  -\n"));
  of.reset_sent = true;
  CHECK(told(of).ends_with("  reset-here\n"));
  of.reset_reason = ResetReason::abort;
  CHECK(told(of).ends_with("  reset-here abort\n"));
  of.peer_reset = true;
  CHECK(told(of).ends_with("  reset-peer\n"));
}

TEST_CASE("which process did it, and what a connection has carried") {
  Transition of = closed();
  of.actor_pid = 123;
  of.actor_name = "cu\x1brl";
  const auto told = [&of](std::string_view format) {
    Rendering rendering("table");
    rendering.settings.observed = Observed::exact;
    rendering.settings.processes = true;
    const auto writer = find_format(format)->transitions(rendering.settings);
    writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
    writer->transition(of, {});
    writer->sample_end();
    return rendering.text();
  };
  CHECK(told("table").find("END  PROCESS\n") != std::string::npos);
  CHECK(told("table").ends_with("  cu\\x1brl(123)\n"));
  CHECK((json::parse(told("ndjson"))["actor"] == json{{"pid", 123}, {"comm", "cu\x1brl"}}));
  CHECK(told("csv").ends_with(",socket,,123,,\n"));
  of.actor_pid.reset();
  CHECK(told("table").ends_with("  -\n"));
  ConnectionLife life = reset_life();
  life.bytes_sent = 10;
  life.bytes_received = 2'000;
  CHECK(json::parse(lines(lives("ndjson", life))[0])["bytes_received"] == 2'000);
  CHECK(lines(lives("csv", life))[1].ends_with(",socket,10,2000,,"));
  CHECK(lines(lives("table", life))[1].ends_with("; sent 10 B, received 2000 B"));
}

TEST_CASE("a transition of a socket that is bound to a device names it, in the table and in ndjson") {
  const auto written_on_device = [](std::string_view format) {
    Rendering rendering("table");
    rendering.names.interfaces[7] = "v\x1b\x30";
    rendering.settings.facts.netns = 1;
    const auto writer = find_format(format)->transitions(rendering.settings);
    writer->sample({7, "2026-01-02T03:04:05.678Z", "04:04:05"});
    Transition of = closed();
    of.interface = 7;
    for (const std::uint64_t netns : {1U, 2U}) {
      of.netns = netns;
      writer->transition(of, {TransitionVerdict::legal, "a step", "somewhere", {}, {}});
    }
    writer->sample_end();
    return lines(rendering.text());
  };
  const auto table = written_on_device("table");
  CHECK(table.at(1).find(R"( 192.0.2.1%v\x1b0:443 )") != std::string::npos);
  CHECK(table.at(2).find(" 192.0.2.1%7:443 ") != std::string::npos);
  const auto objects = written_on_device("ndjson");
  CHECK(json::parse(objects.at(0))["interface"] == "v\x1b\x30");
  CHECK(json::parse(objects.at(1))["interface"].is_null());
  const auto csv = written_on_device("csv");
  CHECK(csv.at(0).ends_with(",pid,interface,netns"));
  CHECK(csv.at(1).ends_with(R"(,v\x1b0,1)"));
  CHECK(csv.at(2).ends_with(",7,2"));
  const auto plain = written_on_device("plain");
  CHECK(plain.at(0).ends_with("\tPID\tINTERFACE\tNETNS"));
  CHECK(plain.at(1).ends_with("\tv\\x1b0\t1"));
}

}  // namespace
}  // namespace tcpstat::render
