#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/timestamp.h"
#include "render/history_writers.h"
#include "support/fixtures.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

RunFacts facts_of_run() {
  RunFacts out;
  out.version = "0.0.0";
  out.time = "2026-01-02T03:04:05.678Z";
  out.host = "web1";
  return out;
}

History numbers_over_time() {
  History out;
  out.by = "state";
  out.from = *time_from("2026-11-27T03:00:00Z");
  out.to = *time_from("2026-11-27T03:00:02Z");
  out.samples = 3;
  out.step = std::chrono::milliseconds(1'500);
  out.times = {out.from, out.to};
  out.series = {{.name = "a\x1b", .values = {1, 3}, .least = 1, .greatest = 3, .last = 3, .mean = 1.5},
                {.name = "b", .values = {std::nullopt, 2}, .least = {}, .greatest = 2, .last = {}, .mean = 2}};
  out.left_out = 4;
  out.coverage.lose("x", "some are missing");
  return out;
}

History past_findings() {
  History out;
  out.by = "finding";
  out.has_findings = true;
  out.samples = 9;
  out.from = *time_from("2026-11-27T03:00:00Z");
  out.to = *time_from("2026-11-27T04:00:00Z");
  out.findings = {{.rule = "syn-flood",
                   .subject = ":443",
                   .message = "a flood",
                   .severity = Severity::critical,
                   .begin = *time_from("2026-11-27T03:10:00Z"),
                   .end = *time_from("2026-11-27T03:20:00Z"),
                   .ended = true,
                   .samples = 5}};
  return out;
}

std::string written_history(const History& history, decltype(&write_history_json) write) {
  TextBuffer out;
  write({.out = out}, facts_of_run(), history);
  return std::string(out.view());
}

const json kFinding = {{"rule", "syn-flood"},
                       {"subject", ":443"},
                       {"severity", "critical"},
                       {"begin", "2026-11-27T03:10:00.000Z"},
                       {"end", "2026-11-27T03:20:00.000Z"},
                       {"ended", true},
                       {"samples", 5},
                       {"message", "a flood"}};

TEST_CASE("numbers over time are one document, with each series and what is known of the whole") {
  const std::string text = written_history(numbers_over_time(), write_history_json);
  CHECK(text.find('\n') == text.size() - 1);
  const json document = json::parse(text);
  CHECK(document["schema_version"] == kSchemaVersion);
  CHECK(document["host"] == "web1");
  CHECK(document["by"] == "state");
  CHECK(document["from"] == "2026-11-27T03:00:00.000Z");
  CHECK(document["to"] == "2026-11-27T03:00:02.000Z");
  CHECK(document["samples"] == 3);
  CHECK(document["step_s"] == 1.5);
  CHECK(document["left_out"] == 4);
  CHECK(document["complete"] == false);
  CHECK(document["warnings"] == json::array({{{"code", "x"}, {"message", "some are missing"}}}));
  CHECK(document["times"] == json::array({"2026-11-27T03:00:00.000Z", "2026-11-27T03:00:02.000Z"}));
  CHECK(document["series"] ==
        json::array({{{"name", "a\x1b"}, {"least", 1}, {"mean", 1.5}, {"most", 3}, {"last", 3}, {"values", {1, 3}}},
                     {{"name", "b"},
                      {"least", nullptr},
                      {"mean", 2.0},
                      {"most", 2},
                      {"last", nullptr},
                      {"values", {nullptr, 2}}}}));
  CHECK_FALSE(document.contains("findings"));
}

TEST_CASE("a history without samples has no beginning, and one without steps no length of them") {
  History empty = numbers_over_time();
  empty.samples = 0;
  empty.step.reset();
  empty.coverage = {};
  const json document = json::parse(written_history(empty, write_history_json));
  CHECK(document["from"].is_null());
  CHECK(document["to"].is_null());
  CHECK(document["step_s"].is_null());
  CHECK(document["complete"] == true);
  CHECK(document["warnings"] == json::array());
}

TEST_CASE("findings over time are one document without series") {
  const json document = json::parse(written_history(past_findings(), write_history_json));
  CHECK(document["by"] == "finding");
  CHECK(document["samples"] == 9);
  CHECK(document["findings"] == json::array({kFinding}));
  CHECK_FALSE(document.contains("series"));
  CHECK_FALSE(document.contains("times"));
}

TEST_CASE("as lines each value that is known is an object, and the last line has the rest") {
  const auto lines = test::lines_of(written_history(numbers_over_time(), write_history_lines));
  REQUIRE(lines.size() == 4);
  const auto value = [](const char* time, const char* name, int number) {
    return json{{"schema_version", kSchemaVersion},
                {"type", "value"},
                {"time", time},
                {"by", "state"},
                {"name", name},
                {"value", number}};
  };
  CHECK(json::parse(lines[0]) == value("2026-11-27T03:00:00.000Z", "a\x1b", 1));
  CHECK(json::parse(lines[1]) == value("2026-11-27T03:00:02.000Z", "a\x1b", 3));
  CHECK(json::parse(lines[2]) == value("2026-11-27T03:00:02.000Z", "b", 2));
  const json summary = json::parse(lines[3]);
  CHECK(summary["type"] == "summary");
  CHECK(summary["schema_version"] == kSchemaVersion);
  CHECK(summary["host"] == "web1");
  CHECK(summary["samples"] == 3);
  CHECK(summary["left_out"] == 4);
  CHECK_FALSE(summary.contains("series"));
}

TEST_CASE("as lines each finding is an object") {
  const auto lines = test::lines_of(written_history(past_findings(), write_history_lines));
  REQUIRE(lines.size() == 2);
  json wanted = kFinding;
  wanted["type"] = "finding";
  wanted["schema_version"] = kSchemaVersion;
  CHECK(json::parse(lines[0]) == wanted);
  CHECK(json::parse(lines[1])["by"] == "finding");
}

}  // namespace
}  // namespace tcpstat::render
