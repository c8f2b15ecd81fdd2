// Transitions as JSON objects.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "render/transitions.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

TEST_CASE("ndjson has every key, null for what a socket does not have, and one summary line") {
  const auto all = lines(written_transitions("ndjson"));
  REQUIRE(all.size() == 3);
  const json first = json::parse(all[0]);
  CHECK(first == json{{"type", "transition"},
                      {"time", "2026-01-02T03:04:05.678Z"},
                      {"host", "ho\"st"},
                      {"snapshot", 7},
                      {"family", "ipv4"},
                      {"protocol", 6},
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
        json{{"total", 2}, {"written", 2}, {"by_verdict", {{"legal", 2}, {"quirk", 0}, {"reuse", 0}, {"illegal", 0}}}});
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

TEST_CASE("a transition has each of its facts under a key of its own") {
  Rendering rendering("table");
  rendering.names.interfaces[7] = "eth0";
  const auto writer = find_format("ndjson")->transitions(rendering.settings);
  Transition of = closed();
  of.observed = Observed::exact;
  of.time = EventTime(5);
  of.socket = "s1";
  of.interface = 7;
  of.netns = 8;
  of.peer_reset = true;
  of.reset_sent = false;
  of.reset_reason = ResetReason::abort;
  of.body = Body::request;
  of.minisocket_end = MinisocketEnd::pruned;
  of.tries = 3;
  of.actor_pid = 5;
  of.actor_name = "c\"d";
  writer->sample({7, "2026-01-02T03:04:05.678Z", ""});
  writer->transition(of, {TransitionVerdict::quirk, "why\n", "wh\"ere", {}, {}});
  // Samples have times of their own.
  of.observed = Observed::sampled;
  writer->sample({8, "2026-01-02T03:04:06.678Z", ""});
  writer->transition(of, {});
  const auto all = lines(rendering.text());
  REQUIRE(all.size() == 2);
  const json first = json::parse(all[0]);
  CHECK(first["interface"] == "eth0");
  CHECK(first["netns"] == 8);
  CHECK(first["socket"] == "s1");
  CHECK(first["time_us"] == 5);
  CHECK(first["mode"] == "exact");
  CHECK(first["peer_reset"] == true);
  CHECK(first["reset_sent"] == false);
  CHECK(first["reset_reason"] == "abort");
  CHECK(first["object"] == "request");
  CHECK(first["cause"] == "pruned");
  CHECK(first["tries"] == 3);
  CHECK(first["actor"] == json{{"pid", 5}, {"comm", "c\"d"}});
  CHECK(first["verdict"] == "quirk");
  CHECK(first["reason"] == "why\n");
  CHECK(first["reference"] == "wh\"ere");
  CHECK(first["host"].is_null());
  const json second = json::parse(all[1]);
  CHECK(second["snapshot"] == 8);
  CHECK(second["time"] == "2026-01-02T03:04:06.678Z");
  CHECK(second["time_us"].is_null());
  CHECK(second["mode"] == "sampled");
}

TEST_CASE("lives and losses belong to their sample, and what a trace counted stands at the end") {
  Rendering rendering("table");
  rendering.settings.facts.host = "web1";
  const auto writer = find_format("ndjson")->transitions(rendering.settings);
  writer->sample({7, "2026-01-02T03:04:05.678Z", ""});
  writer->lost(1);
  writer->life(reset_life());
  writer->sample({8, "2026-01-02T03:04:06.678Z", ""});
  writer->life(reset_life());
  TransitionCounts counts;
  counts.verdicts.add(TransitionVerdict::illegal);
  counts.verdicts.add(TransitionVerdict::reuse);
  counts.trace = TraceSummary{};
  counts.trace->lives = 2;
  writer->finish({}, counts);
  const auto all = lines(rendering.text());
  REQUIRE(all.size() == 4);
  CHECK(json::parse(all[0]) ==
        json{{"type", "lost"}, {"time", "2026-01-02T03:04:05.678Z"}, {"host", "web1"}, {"snapshot", 7}, {"count", 1}});
  for (const int line : {1, 2}) {
    const json life = json::parse(all[static_cast<std::size_t>(line)]);
    CHECK(life["type"] == "life");
    CHECK(life["host"] == "web1");
    CHECK(life["snapshot"] == 6 + line);
    CHECK(life["time"] == (line == 1 ? "2026-01-02T03:04:05.678Z" : "2026-01-02T03:04:06.678Z"));
    CHECK(life["legal"] == true);
  }
  const json end = json::parse(all[3]);
  CHECK(end["snapshot"] == 8);
  CHECK(end["samples"].is_null());
  CHECK(end["lives"] == 2);
  CHECK(end["transitions"] ==
        json{{"total", 2}, {"written", 0}, {"by_verdict", {{"legal", 0}, {"quirk", 0}, {"reuse", 1}, {"illegal", 1}}}});
}

TEST_CASE("lines that have ended are not ended again") {
  Rendering rendering("table");
  const auto writer = find_format("ndjson")->transitions(rendering.settings);
  writer->finish({}, {});
  const std::string whole = rendering.text();
  writer->finish_in_need();
  CHECK(rendering.text() == whole);
  CHECK(lines(whole).size() == 1);
}

}  // namespace
}  // namespace tcpstat::render
