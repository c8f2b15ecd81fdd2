#include "render/json_documents.h"

#include <doctest/doctest.h>

#include <limits>
#include <ostream>

#include "support/expected_json.h"

namespace tcpstat::render {
namespace {

TEST_CASE("a summary is the envelope without rows") {
  Rendering rendering("json");
  prepare(rendering);
  Summary summary;
  summary.keys = {"state", "user"};
  summary.groups = {{{std::string("LISTEN"), std::string("a\xFF")}, 3}, {{std::string("CLOSE"), {}}, std::nullopt}};
  rendering.summary(sample_report(rendering), summary);
  Json document = Json::parse(rendering.text());
  check_envelope(document);
  CHECK_FALSE(document.contains("connections"));
  CHECK_FALSE(document.contains("phases"));
  CHECK(document["groups"] == Json({{{"state", "LISTEN"}, {"user", "a\xEF\xBF\xBD"}, {"count", 3}},
                                    {{"state", "CLOSE"}, {"user", nullptr}, {"count", nullptr}}}));

  Rendering lines("ndjson");
  prepare(lines);
  summary.details = true;
  summary.phases = {{{std::string("half-closed")}, 2}, {{std::string("open")}, std::nullopt}};
  Listener listener = test::listener(test::endpoint("::", 22));
  listener.syn_recv = 4;
  listener.accept_limit.reset();
  summary.listeners = {listener};
  summary.top_remotes = {{"198.51.100.7", 5, 1}};
  summary.top_prefixes = {{"198.51.100.0/24", 6, 0}};
  lines.summary(sample_report(lines), summary);
  document = Json::parse(lines.text());
  CHECK(document["type"] == "summary");
  CHECK(document["phases"].size() == 2);
  for (const auto& [key, value] : document["phases"].items()) CHECK(key.find('-') == std::string::npos);
  CHECK(document["listeners"] == Json({{{"local_address", "::"},
                                        {"local_port", 22},
                                        {"interface", nullptr},
                                        {"netns", nullptr},
                                        {"accept_queue", 0},
                                        {"accept_limit", nullptr},
                                        {"syn_recv", 4}}}));
  CHECK(document["top_remotes"] == Json({{{"key", "198.51.100.7"}, {"count", 5}, {"error", 1}}}));
  CHECK(document["top_prefixes"] == Json({{{"key", "198.51.100.0/24"}, {"count", 6}, {"error", 0}}}));
}

Evidence evidence(std::string quantity, double value) {
  Evidence one;
  one.quantity = std::move(quantity);
  one.value = value;
  return one;
}

Finding finding() {
  Finding one("close-wait-leak", Severity::critical, Subject::process("ngi\"nx", 812),
              {evidence("oldest", 12.5), evidence("context", std::numeric_limits<double>::infinity())});
  one.value = 12;
  one.message = "12 connections leak";
  one.evidence[0].op = ">=";
  one.evidence[0].limit = 10;
  return one;
}

SynVerdict verdict() {
  SynVerdict one(Subject::endpoint({*parse_address("0.0.0.0"), 443}), AttackLevel::under_attack,
                 {evidence("half_open", 257)});
  one.rate_per_s = std::numeric_limits<double>::quiet_NaN();
  one.seconds_to_full = 2.5;
  one.blind = {"who sends"};
  return one;
}

TEST_CASE("a check has its own findings and verdicts, each key once") {
  Rendering rendering("json");
  prepare(rendering);
  CheckReport report;
  report.reading = sample_report(rendering);
  report.status = Severity::critical;
  report.exit_code = 2;
  report.headline = "head\xFF";
  report.findings = {finding()};
  report.verdicts = {verdict()};
  const std::string text = check_document(report);
  CHECK(text.find("\"findings\"") == text.rfind("\"findings\""));
  CHECK(text.back() == '\n');
  const Json document = Json::parse(text);
  check_envelope(document);
  CHECK(document["status"] == "CRITICAL");
  CHECK(document["exit_code"] == 2);
  CHECK(document["headline"] == "head\xEF\xBF\xBD");
  REQUIRE(document["findings"].size() == 1);
  const Json& one = document["findings"][0];
  CHECK(one["rule"] == "close-wait-leak");
  CHECK(one["severity"] == "critical");
  CHECK(one["subject"] == "ngi\"nx(812)");
  CHECK(one["value"].is_number_integer());
  CHECK(one["warning"].is_null());
  CHECK(one["next"].is_null());
  REQUIRE(one["evidence"].size() == 2);
  CHECK(one["evidence"][0]["value"] == 12.5);
  CHECK(one["evidence"][0]["limit"] == 10);
  CHECK(one["evidence"][1]["value"].is_null());  // JSON has no infinity
  CHECK(one["evidence"][1]["op"].is_null());
  REQUIRE(document["verdicts"].size() == 1);
  CHECK(document["verdicts"][0]["level"] == "under attack");
  CHECK(document["verdicts"][0]["class"].is_null());
  CHECK(document["verdicts"][0]["rate_per_s"].is_null());
  CHECK(document["verdicts"][0]["seconds_to_full"] == 2.5);
  CHECK(document["verdicts"][0]["blind"] == Json({"who sends"}));
}

TEST_CASE("an audit is its checks, and a value that cannot be seen is null") {
  Rendering rendering("json");
  prepare(rendering);
  AuditReport report;
  report.reading = sample_report(rendering);
  report.status = Severity::info;
  AuditCheck check;
  check.name = "tcp_syncookies";
  check.status = Severity::warning;
  check.reason = "why";
  report.checks = {check, check};
  report.checks[1].value = "1 (on)";
  report.checks[1].advice = "none needed";
  const Json document = Json::parse(audit_document(report));
  check_envelope(document);
  CHECK(document["status"] == "OK");
  REQUIRE(document["checks"].size() == 2);
  CHECK(document["checks"][0]["value"].is_null());
  CHECK(document["checks"][0]["advice"].is_null());
  CHECK(document["checks"][0]["status"] == "warning");
  CHECK(document["checks"][1]["value"] == "1 (on)");
  CHECK(document["checks"][1]["advice"] == "none needed");
}

TEST_CASE("start and end make a document around what stands between them") {
  Rendering rendering("json");
  prepare(rendering);
  const Report report = sample_report(rendering);
  const Json document = Json::parse(document_start(report.facts) + ",\"rows\":[1]," + document_end(report));
  check_envelope(document);
  CHECK(document["rows"] == Json({1}));
}

TEST_CASE("words are an array of objects with the list's keys") {
  const WordList words{{"name", "meaning"}, {{"a", "first"}, {"b\xFF", "\"second\""}}};
  CHECK(Json::parse(words_document(words)) ==
        Json({{{"name", "a"}, {"meaning", "first"}}, {{"name", "b\xEF\xBF\xBD"}, {"meaning", "\"second\""}}}));
  CHECK(words_document({{"name"}, {}}) == "[]\n");
  CHECK(words_lines({{"name"}, {{"a"}, {"b"}}}) == "{\"name\":\"a\"}\n{\"name\":\"b\"}\n");
}

}  // namespace
}  // namespace tcpstat::render
