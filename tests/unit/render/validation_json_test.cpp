// The validation of a log as a document and as lines.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "render/validation_writer.h"
#include "support/fixtures.h"
#include "support/rows.h"

namespace tcpstat::render {
namespace {

using nlohmann::json;

RunFacts facts() {
  RunFacts out;
  out.version = "0.0.0";
  out.time = "2026-01-02T03:04:05.678Z";
  out.host = "ho\"st";
  return out;
}

LogFinding joint() {
  LogFinding finding;
  finding.line = 7;
  finding.rule = LogRule::joint;
  finding.severity = Severity::warning;
  finding.from = State::listen;
  finding.to = ObservedState::absent();
  finding.local = test::endpoint("::1", 443);
  finding.message = "a \xFF";
  return finding;
}

Validation validation() {
  Validation out;
  out.host = "ho\"st";
  out.transitions = 3;
  out.verdicts = {{TransitionVerdict::legal, 2}, {TransitionVerdict::illegal, 1}};
  LoggedPair pair;
  pair.from = ObservedState::request();
  pair.to = State::close;
  pair.observed = Observed::sampled;
  pair.protocol = Protocol::mptcp;
  pair.verdict = TransitionVerdict::legal;
  pair.count = 2;
  pair.reason = "a reset; a timeout";
  out.pairs = {pair};
  out.lines = 9;
  out.complete = false;
  out.warnings = {{"code", "message"}};
  return out;
}

void check_finding(const json& finding) {
  CHECK(finding["line"] == 7);
  CHECK(finding["rule"] == "joint");
  CHECK(finding["severity"] == "warning");
  CHECK(finding["from"] == name(State::listen));
  CHECK(finding["to"] == "ABSENT");
  CHECK(finding["local_address"] == "::1");
  CHECK(finding["local_port"] == 443);
  CHECK(finding["remote_address"].is_null());
  CHECK(finding["remote_port"].is_null());
  CHECK(finding["message"] == "a \xEF\xBF\xBD");
  CHECK(finding["reference"].is_null());
}

void check_result(const json& result) {
  CHECK(result["schema_version"] == 1);
  CHECK(result["host"] == "ho\"st");
  CHECK(result["source"] == "file");
  CHECK(result["complete"] == false);
  CHECK(result["lines"] == 9);
  CHECK(result["transitions"] == 3);
  CHECK(result["verdicts"] == json{{"legal", 2}, {"illegal", 1}});
  CHECK(result["warnings"] == json({{{"code", "code"}, {"message", "message"}}}));
  CHECK(result["pairs"] == json({{{"from", "NEW_SYN_RECV"},
                                  {"to", name(State::close)},
                                  {"mode", "sampled"},
                                  {"protocol", 262},
                                  {"verdict", "legal"},
                                  {"count", 2},
                                  {"reason", "a reset; a timeout"},
                                  {"reference", nullptr}}}));
}

TEST_CASE("json is one document whose findings are written as they come") {
  TextBuffer out;
  const auto writer = make_validation_json({.out = out}, facts());
  writer->finding(joint());
  const std::size_t after_first = out.size();
  CHECK(after_first > 0);
  writer->finding(joint());
  CHECK(out.size() > after_first);
  writer->finish(validation());
  const json document = json::parse(out.view());
  REQUIRE(document["findings"].size() == 2);
  for (const json& finding : document["findings"]) check_finding(finding);
  check_result(document);
}

TEST_CASE("ndjson is a finding a line, and the rest in the last") {
  TextBuffer out;
  const auto writer = make_validation_ndjson({.out = out}, facts());
  writer->finding(joint());
  writer->finish(validation());
  const auto lines = test::lines_of(std::string(out.view()));
  REQUIRE(lines.size() == 2);
  const json finding = json::parse(lines[0]);
  CHECK(finding["type"] == "finding");
  CHECK(finding["time"] == "2026-01-02T03:04:05.678Z");
  CHECK(finding["snapshot"] == 1);
  check_finding(finding);
  const json last = json::parse(lines[1]);
  CHECK(last["type"] == "summary");
  check_result(last);
}

TEST_CASE("without findings the document is whole") {
  TextBuffer out;
  make_validation_json({.out = out}, facts())->finish({});
  const json document = json::parse(out.view());
  CHECK(document["findings"] == json::array());
  CHECK(document["pairs"] == json::array());
  CHECK(document["complete"] == true);
}

}  // namespace
}  // namespace tcpstat::render
