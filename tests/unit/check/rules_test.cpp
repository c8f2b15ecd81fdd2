#include "check/rules.h"

#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <sstream>

#include "support/golden.h"

namespace tcpstat::check {
namespace {

TEST_CASE("every rule is found by its id, and has a question of its own") {
  std::set<std::string_view> ids;
  std::set<std::string_view> questions;
  const auto rules = all_rules();
  for (const RuleInfo& rule : rules) {
    CAPTURE(rule.id);
    CHECK(ids.insert(rule.id).second);
    CHECK(questions.insert(rule.question).second);
    CHECK(rule.question.ends_with('?'));
    const RuleInfo* found = find_rule(rule.id);
    REQUIRE(found != nullptr);
    CHECK(found->id == rule.id);
    CHECK(found->question == rule.question);
  }
  // Those of both engines.
  CHECK(ids.contains("syn-flood"));
  CHECK(ids.contains("close-wait-leak"));
  CHECK(rules.front().id == "syn-flood");
}

TEST_CASE("each threshold has the default that was measured for it") {
  std::ostringstream text;
  for (const RuleInfo& rule : all_rules()) {
    text << rule.id;
    for (const ThresholdInfo& threshold : rule.thresholds) {
      text << "\n  " << threshold.name << " " << threshold.value << " " << threshold.unit;
    }
    text << "\n";
  }
  test::check_golden("rules.txt", text.str());
}

TEST_CASE("a name that is no rule's is not found, nor is a part of one") {
  for (const std::string_view word : {"", "syn", "syn-floods", "SYN-FLOOD"}) CHECK(find_rule(word) == nullptr);
}

}  // namespace
}  // namespace tcpstat::check
