#include "render/judgement_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "base/json_text.h"

namespace tcpstat::render {
namespace {

using Json = nlohmann::ordered_json;

std::string written(const std::vector<SynVerdict>& verdicts, const std::vector<Finding>& findings) {
  TextBuffer out;
  append_json_judgements(out, verdicts, findings);
  return "{" + std::string(out.view()) + "}";
}

/// As every other document is spelled.
std::string spelled(const std::string& text) { return json_text(Json::parse(text)); }

Evidence evidence(double value) {
  Evidence one;
  one.quantity = "aged";
  one.value = value;
  one.unit = "ratio";
  one.weight = -2.5;
  return one;
}

TEST_CASE("nothing is two empty lists") { CHECK(written({}, {}) == R"({"verdicts":[],"findings":[]})"); }

TEST_CASE("a finding has its sentence, and the parts of it") {
  Finding finding("rule", Severity::warning, Subject::host(), {evidence(1)});
  finding.message = "40 connections leak";
  finding.why = "a program does not close them";
  finding.advice = "restart it";
  const Json one = Json::parse(written({}, {finding}))["findings"][0];
  CHECK(one["message"] == "40 connections leak: a program does not close them; restart it");
  CHECK(one["fact"] == finding.message);
  CHECK(one["why"] == finding.why);
  CHECK(one["do"] == finding.advice);
  finding.why.clear();
  CHECK(finding.sentence() == "40 connections leak: restart it");
}

TEST_CASE("numbers and texts are spelled as in every document") {
  std::vector<Evidence> all;
  for (const double value : {0.1, 1.0 / 3, 8.4e-08, 0.0001, 1e22, -0.0, 12.0, -7.25, 9.1e15, 1e300}) {
    all.push_back(evidence(value));
  }
  Finding finding("rule", Severity::warning, Subject::process("a\n\"b\"\\\xFF\x7F", 7), all);
  finding.message = "§ is no ASCII\t";
  finding.value = 0.1;
  SynVerdict verdict(Subject::host(), AttackLevel::likely, all);
  verdict.blind = {"one", "two"};
  const std::string text = written({verdict, verdict}, {finding, finding});
  CHECK(text == spelled(text));
  const Json document = Json::parse(text);
  REQUIRE(document["verdicts"].size() == 2);
  REQUIRE(document["findings"].size() == 2);
  CHECK(document["findings"][1]["message"] == finding.message);
  CHECK(document["findings"][1]["fact"] == finding.message);
  CHECK(document["findings"][1]["why"].is_null());
  CHECK(document["findings"][1]["do"].is_null());
  CHECK(document["findings"][1]["subject"] == "a\n\"b\"\\\xEF\xBF\xBD\x7F(7)");
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(document["verdicts"][0]["evidence"][i]["value"] == *all[i].value);
    CHECK(document["findings"][0]["evidence"][i]["value"] == *all[i].value);
  }
  CHECK(text.find(R"("value":12,)") != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::render
