// Transitions in every format that tells them.

#include <doctest/doctest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/utf8.h"
#include "render/trace_summary_text.h"
#include "render/transition_writer.h"
#include "support/fixtures.h"
#include "support/render.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;
using test::Rendering;

constexpr UnseenPath unseen(std::initializer_list<Seen> states) {
  UnseenPath path;
  for (const Seen seen : states) path.add(seen);
  return path;
}

constexpr std::array<Seen, 1> kPath = {State::fin_wait1};
constexpr std::array kPaths = {unseen({State::fin_wait1, State::fin_wait2}),
                               unseen({State::fin_wait1, State::closing})};

Transition closed() {
  Transition out;
  out.observed = Observed::sampled;
  out.local = test::endpoint("192.0.2.1", 443);
  out.remote = test::endpoint("198.51.100.7", 50'000);
  out.cookie = 0xFFFF'FFFF'FFFF'FFFF;
  out.from = State::established;
  out.to = State::time_wait;
  out.dwell = std::chrono::milliseconds(61'500);
  return out;
}

Transition listening() {
  Transition out;
  out.observed = Observed::sampled;
  out.local = test::endpoint("::", 22);
  out.to = State::listen;
  return out;
}

std::string written_transitions(std::string_view format, std::size_t width = 0) {
  Rendering rendering("table");
  rendering.settings.facts.host = "ho\"st";
  rendering.settings.width = width;
  const auto writer = find_format(format)->transitions(rendering.settings);
  REQUIRE(writer != nullptr);
  writer->sample({7, "2026-01-02T03:04:05.678Z", "04:04:05"});
  writer->transition(closed(), {TransitionVerdict::legal, "3 steps, \"unseen\"", "somewhere", kPath, kPaths});
  writer->transition(listening(), {TransitionVerdict::legal, "one step", "somewhere", {}, {}});
  writer->sample_end();
  Report report;
  report.facts = rendering.settings.facts;
  report.selected = StateSet::all();
  TransitionCounts counts;
  counts.samples = 9;
  for (int i = 0; i < 2; ++i) counts.verdicts.add(TransitionVerdict::legal);
  writer->finish(report, counts);
  return rendering.text();
}

std::vector<std::string> lines(const std::string& text) { return test::lines_of(text); }

TEST_CASE("ndjson has every key, null for what a socket does not have, and one summary line") {
  const auto all = lines(written_transitions("ndjson"));
  REQUIRE(all.size() == 3);
  const json first = json::parse(all[0]);
  CHECK(first == json{{"type", "transition"},
                      {"time", "2026-01-02T03:04:05.678Z"},
                      {"host", "ho\"st"},
                      {"snapshot", 7},
                      {"family", "ipv4"},
                      {"local_address", "192.0.2.1"},
                      {"local_port", 443},
                      {"remote_address", "198.51.100.7"},
                      {"remote_port", 50'000},
                      {"cookie", "18446744073709551615"},
                      {"interface", nullptr},
                      {"netns", nullptr},
                      {"socket", nullptr},
                      {"time_us", nullptr},
                      {"mode", "sampled"},
                      {"from", name(State::established)},
                      {"to", name(State::time_wait)},
                      {"path", json::array({name(State::fin_wait1)})},
                      {"paths", json::array({json::array({name(State::fin_wait1), name(State::fin_wait2)}),
                                             json::array({name(State::fin_wait1), name(State::closing)})})},
                      {"dwell_ms", 61'500},
                      {"peer_reset", nullptr},
                      {"object", "socket"},
                      {"cause", nullptr},
                      {"tries", nullptr},
                      {"actor", nullptr},
                      {"reset_sent", nullptr},
                      {"reset_reason", nullptr},
                      {"verdict", "legal"},
                      {"reason", "3 steps, \"unseen\""},
                      {"reference", "somewhere"}});
  const json second = json::parse(all[1]);
  CHECK(second.size() == first.size());
  for (const char* key : {"remote_address", "remote_port", "cookie", "dwell_ms"}) CHECK(second[key].is_null());
  CHECK(second["from"] == "ABSENT");
  CHECK(second["path"].empty());
  CHECK(second["paths"].empty());
  const json summary = json::parse(all[2]);
  CHECK(summary["type"] == "summary");
  CHECK(summary["snapshot"] == 7);
  CHECK(summary["samples"] == 9);
  CHECK(summary["transitions"] ==
        json{{"total", 2}, {"by_verdict", {{"legal", 2}, {"quirk", 0}, {"reuse", 0}, {"illegal", 0}}}});
}

TEST_CASE("plain marks what is unknown, csv leaves it empty and quotes what needs it") {
  const auto plain = lines(written_transitions("plain"));
  REQUIRE(plain.size() == 3);
  CHECK(plain[0].starts_with("TIME\tSNAPSHOT\tFAMILY\t"));
  CHECK(plain[2].find("\t::\t22\t-\t-\t-\tABSENT\t" + std::string(name(State::listen)) + "\t-\t-\tlegal\tone step") !=
        std::string::npos);
  const auto csv = lines(written_transitions("csv"));
  REQUIRE(csv.size() == 3);
  CHECK(csv[0].starts_with("time,snapshot,family,"));
  CHECK(csv[1].ends_with(",61500,legal,\"3 steps, \"\"unseen\"\"\",somewhere,,,socket,,,,"));
  CHECK(csv[2].find(",::,22,,,,ABSENT,") != std::string::npos);
}

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
      CAPTURE(part);
      CHECK(rendering.text().find(part) != std::string::npos);
    }
  }
}

TEST_CASE("json is one document, whose events are the lines of ndjson") {
  const json document = json::parse(written_transitions("json"));
  const auto all = lines(written_transitions("ndjson"));
  REQUIRE(document["events"].size() == 2);
  CHECK(document["events"][0] == json::parse(all[0]));
  CHECK(document["events"][1] == json::parse(all[1]));
  json end = json::parse(all[2]);
  end.erase("type");
  end.erase("snapshot");
  for (const auto& [key, value] : end.items()) CHECK(document[key] == value);
  CHECK(document.size() == end.size() + 1);
}

std::string in_need(std::string_view format, int transitions) {
  Rendering rendering("table");
  const auto writer = find_format(format)->transitions(rendering.settings);
  writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05"});
  for (int i = 0; i < transitions; ++i) {
    writer->transition(closed(), {TransitionVerdict::legal, "one step", "somewhere", {}, {}});
  }
  writer->finish_in_need();
  return rendering.text();
}

TEST_CASE("a document of transitions is closed at every end") {
  Rendering rendering("table");
  const auto whole = find_format("json")->transitions(rendering.settings);
  whole->finish({}, {});
  whole->finish_in_need();  // too late: nothing is to be closed
  const json empty = json::parse(rendering.text());
  CHECK(empty["events"].empty());
  CHECK(empty["lost_records"].is_null());
  for (const int transitions : {0, 1, 2}) {
    CAPTURE(transitions);
    const json document = json::parse(in_need("json", transitions));
    CHECK(document["complete"] == false);
    if (transitions > 0) CHECK(document["events"].size() == static_cast<std::size_t>(transitions));
    const auto all = lines(in_need("ndjson", transitions));
    REQUIRE(all.size() == static_cast<std::size_t>(transitions) + 1);
    CHECK(json::parse(all.back())["complete"] == false);
  }
}

TEST_CASE("an exact transition has its socket and its microseconds, and a loss is told at its place") {
  Rendering rendering("table");
  const auto writer = find_format("ndjson")->transitions(rendering.settings);
  Transition exact = closed();
  exact.observed = Observed::exact;
  exact.cookie.reset();
  exact.socket = "426c07f0d5782747";
  exact.time = EventTime(1'795'836'121'306'379);
  exact.dwell = EventTime(57);
  exact.peer_reset = false;
  exact.reset_sent = true;
  exact.reset_reason = ResetReason::abort_on_close;
  exact.netns = 4'026'531'833;
  writer->sample({1, "2026-11-28T03:22:01.306Z", "04:22:01.306379"});
  writer->lost(12);
  writer->transition(exact, {TransitionVerdict::quirk, "why", "where", {}});
  Report report;
  report.coverage.visible = {};
  writer->finish(report, {.samples = 0, .lost_records = 12, .verdicts = {}});
  std::vector<std::string> lines;
  const std::string text = rendering.text();
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    lines.push_back(text.substr(at, text.find('\n', at) - at));
  }
  REQUIRE(lines.size() == 3);
  const json lost = json::parse(lines[0]);
  CHECK(lost["type"] == "lost");
  CHECK(lost["count"] == 12);
  CHECK(lost["time"] == "2026-11-28T03:22:01.306Z");
  const json line = json::parse(lines[1]);
  CHECK(line["socket"] == "426c07f0d5782747");
  CHECK(line["time_us"] == 1'795'836'121'306'379);
  CHECK(line["mode"] == "exact");
  CHECK(line["peer_reset"] == false);
  CHECK(line["reset_sent"] == true);
  CHECK(line["reset_reason"] == "abort-on-close");
  CHECK(line["netns"] == 4'026'531'833);
  CHECK(line["cookie"] == nullptr);
  const json end = json::parse(lines[2]);
  CHECK(end["lost_records"] == 12);
  CHECK(end["samples"] == nullptr);
  CHECK(end["summary"]["total"] == nullptr);
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

ConnectionLife reset_life() {
  ConnectionLife out;
  out.local = test::endpoint("192.0.2.1", 40'000);
  out.remote = test::endpoint("198.51.100.7", 443);
  out.socket = "426c07f0d5782747";
  out.opening = Opening::active;
  out.states = {{State::syn_sent, EventTime(57)}, {State::established, EventTime(3'149)}};
  out.began = EventTime(1'000'000);
  out.ended = EventTime(1'003'206);
  out.handshake = EventTime(57);
  out.ending = Ending::reset;
  out.reset_by = ResetBy::peer;
  return out;
}

std::string lives(std::string_view format, const ConnectionLife& life, std::size_t width = 0) {
  Rendering rendering("table");
  rendering.settings.width = width;
  const auto writer = find_format(format)->lives(rendering.settings);
  writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
  writer->life(life);
  writer->sample_end();
  TransitionCounts counts;
  counts.lost_records = 0;
  counts.trace = TraceSummary{};
  counts.trace->lives = 1;
  counts.trace->groups = {
      {Opening::passive, test::endpoint("192.0.2.1", 80), {{State::established, 3, {}, {}, {}, EventTime(9)}}}};
  writer->finish({}, counts);
  return rendering.text();
}

TEST_CASE("a life in ndjson, and what a trace has counted in its last line") {
  const auto all = lines(lives("ndjson", reset_life()));
  REQUIRE(all.size() == 2);
  const json life = json::parse(all[0]);
  CHECK(life["type"] == "life");
  CHECK(life["local_port"] == 40'000);
  CHECK(life["lasted_us"] == 3'206);
  CHECK(life["handshake_us"] == 57);
  CHECK(life["closed_first"] == nullptr);
  CHECK(life["ending"] == "reset");
  CHECK(life["reset_by"] == "peer");
  CHECK(life["states"] == json::array({{{"state", name(State::syn_sent)}, {"lasted_us", 57}},
                                       {{"state", name(State::established)}, {"lasted_us", 3'149}}}));
  const json end = json::parse(all[1]);
  CHECK(end["lives"] == 1);
  CHECK(end["running"] == 0);
  CHECK(end["handshakes"]["outgoing"] == json{{"completed", 0}, {"refused", 0}, {"failed", 0}});
  CHECK(end["handshakes"]["incoming"] ==
        json{{"completed", 0}, {"reset", nullptr}, {"expired", nullptr}, {"pruned", nullptr}, {"cookie", nullptr}});
  REQUIRE(end["state_times"].size() == 1);
  CHECK(end["state_times"][0]["local_port"] == 80);
  CHECK(end["state_times"][0]["states"][0]["max_us"] == 9);
}

TEST_CASE("a life as fields and as a table") {
  const auto csv = lines(lives("csv", reset_life()));
  REQUIRE(csv.size() == 2);
  CHECK(csv[0].starts_with("time,snapshot,family,local_address,"));
  CHECK(csv[1].ends_with(",active,3206,57,,reset,peer,yes,yes,SYN_SENT:57 " + std::string(name(State::established)) +
                         ":3149,,socket,,,,"));
  CHECK(lines(lives("plain", reset_life()))[1].find("\t57\t-\treset\tpeer\tyes") != std::string::npos);
  const auto table = lines(lives("table", reset_life()));
  REQUIRE(table.size() == 2);
  CHECK(table[1].starts_with("04:04:05.678   3.2ms    57us  -       reset-peer  192.0.2.1:40000"));
  CHECK(table[1].ends_with("57us, " + std::string(name(State::established)) + " 3.1ms"));
  for (const std::size_t width : {60U, 80U, 120U}) {
    const std::string text = lives("table", reset_life(), width);
    CHECK(text.find("3.1ms\n") != std::string::npos);  // the last state is not cut
    for (const std::string& line : lines(text)) CHECK(display_width(line) <= width);
  }
}

TEST_CASE("why this host sent the RST that ended a life") {
  ConnectionLife life = reset_life();
  life.reset_by = ResetBy::here;
  life.reset_reason = ResetReason::keepalive_timeout;
  CHECK(json::parse(lines(lives("ndjson", life))[0])["reset_reason"] == "keepalive-timeout");
  CHECK(lines(lives("csv", life))[1].ends_with(":3149,keepalive-timeout,socket,,,,"));
  CHECK(lines(lives("table", life))[1].find("(keepalive-timeout) SYN_SENT") != std::string::npos);
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

TEST_CASE("the end of a request") {
  Transition of = closed();
  of.observed = Observed::exact;
  of.body = Body::request;
  of.from = State::syn_recv;
  of.to = ObservedState::absent();
  of.minisocket_end = MinisocketEnd::pruned;
  of.tries = 2;
  const auto told = [&of](std::string_view format) {
    Rendering rendering("table");
    rendering.settings.observed = Observed::exact;
    const auto writer = find_format(format)->transitions(rendering.settings);
    writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
    writer->transition(of, {});
    writer->sample_end();
    return rendering.text();
  };
  const json line = json::parse(told("ndjson"));
  CHECK(line["object"] == "request");
  CHECK(line["cause"] == "pruned");
  CHECK(line["tries"] == 2);
  CHECK(told("csv").ends_with(",request,pruned,,,\n"));
  CHECK(told("table").ends_with("  pruned\n"));
}

TEST_CASE("a life of which little is known") {
  ConnectionLife life;
  life.states = {{State::close_wait, {}}};
  life.complete = false;
  life.legal = false;
  const auto table = lines(lives("table", life));
  CHECK(table[1].find("(illegal) (records are missing) ") != std::string::npos);
  CHECK(table[1].ends_with(" ?"));
  const json line = json::parse(lines(lives("ndjson", life))[0]);
  for (const char* key : {"family", "local_port", "socket", "opening", "began_us", "lasted_us", "ending", "reset_by"}) {
    CAPTURE(key);
    CHECK(line[key] == nullptr);
  }
}

TEST_CASE("what a trace has counted, for people") {
  HandshakeCounts counts;
  counts.outgoing.completed = 3;
  CHECK(handshake_text(counts) == "handshakes: 3 outgoing completed, 0 refused, 0 failed; 0 incoming completed");
  counts.outgoing.refused.reset();
  counts.outgoing.failed.reset();
  counts.incoming = {.completed = 9, .reset = 1, .expired = 2, .pruned = 3, .cookie = 4};
  CHECK(handshake_text(counts) ==
        "handshakes: 3 outgoing completed; 9 incoming completed, 1 reset, 2 expired, 3 pruned, 4 by SYN cookie");
  TextBuffer out;
  TraceSummary summary;
  test::TableNames names;
  names.interfaces[7] = "eth0";
  const DeviceNames devices(names, 1);
  write_state_times({.out = out}, summary, devices);
  CHECK(out.view().empty());
  const StateTimes times{State::established, 3, EventTime(1), EventTime(2), EventTime(3'100), EventTime(4'000'000)};
  summary.groups = {{Opening::passive, test::endpoint("192.0.2.1", 80), {times}},
                    {Opening::passive, {}, {times}},
                    {Opening::active, {}, {times}},
                    {Opening::unknown, {}, {times}}};
  write_state_times({.out = out}, summary, devices);
  const auto all = lines(std::string(out.view()));
  REQUIRE(all.size() == 5);
  CHECK(all[1].starts_with("at 192.0.2.1:80  " + std::string(name(State::established)) +
                           "      3  1us  2us  3.1ms  4.0s"));
  CHECK(all[2].starts_with("at others "));
  CHECK(all[3].starts_with("by this host "));
  CHECK(all[4].starts_with("before "));
  // A narrow terminal has whole columns or none.
  std::vector<std::string_view> hidden;
  const auto at_width = [&](std::size_t width) {
    TextBuffer narrow;
    hidden = write_state_times({.out = narrow, .width = width}, summary, devices);
    return lines(std::string(narrow.view()));
  };
  CHECK(at_width(60)[1] == all[1]);
  CHECK(hidden.empty());
  CHECK(at_width(54)[1] == "at 192.0.2.1:80  ESTABLISHED  3  1us  2us  3.1ms  4.0s");
  CHECK(at_width(48)[0] == "OPENED           STATE        COUNT  P50   MAX");
  CHECK(at_width(42)[1] == "at 192.0.2.1:80  ESTABLISHED  3  1us  4.0s");
  CHECK(hidden == std::vector<std::string_view>{"P90", "P99"});
  // On devices an address means different listeners; those of another namespace have no names here.
  summary.groups = {{Opening::passive, test::endpoint("192.0.2.1", 80), {times}, 7, 1},
                    {Opening::passive, test::endpoint("::", 80), {times}, 7, 2}};
  out.clear();
  write_state_times({.out = out}, summary, devices);
  CHECK(lines(std::string(out.view()))[1].starts_with("at 192.0.2.1%eth0:80 "));
  CHECK(lines(std::string(out.view()))[2].starts_with("at [::%7]:80 "));
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

TEST_CASE("a life of a socket that is bound to a device names it, in every format") {
  ConnectionLife life = reset_life();
  life.interface = 7;
  life.netns = 1;
  const auto told = [&life](std::string_view format, Namespaces namespaces) {
    Rendering rendering("table");
    rendering.names.interfaces[7] = "v\x1b\x30";
    rendering.names.namespaces[1] = "we,b";
    rendering.settings.facts.netns = 1;
    rendering.settings.namespaces = namespaces;
    const auto writer = find_format(format)->lives(rendering.settings);
    writer->sample({1, "2026-01-02T03:04:05.678Z", "04:04:05.678123"});
    writer->life(life);
    writer->sample_end();
    return lines(rendering.text());
  };
  CHECK(told("table", Namespaces::one).at(1).find(R"( 192.0.2.1%v\x1b0:40000 )") != std::string::npos);
  CHECK(told("table", Namespaces::one).at(0).find("NETNS") == std::string::npos);
  const auto several = told("table", Namespaces::several);
  CHECK(several.at(0).find("  NETNS  STATES") != std::string::npos);
  CHECK(several.at(1).find("  we,b   SYN_SENT") != std::string::npos);
  const json object = json::parse(told("ndjson", Namespaces::one).at(0));
  CHECK(object["interface"] == "v\x1b\x30");
  CHECK(object["netns"] == 1);
  CHECK(told("csv", Namespaces::one).at(0).ends_with(",bytes_received,interface,netns"));
  CHECK(told("csv", Namespaces::one).at(1).ends_with(R"(,v\x1b0,"we,b")"));
  CHECK(told("plain", Namespaces::one).at(1).ends_with("\tv\\x1b0\twe,b"));
}

}  // namespace
}  // namespace tcpstat::render
