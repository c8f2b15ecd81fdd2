// The table of translations.

#include "explain/language.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "check/rules.h"
#include "explain/explain.h"
#include "explain/state_advice.h"
#include "machine/dwell.h"
#include "machine/linux_differences.h"
#include "machine/linux_profile.h"
#include "machine/rfc9293.h"
#include "support/fixtures.h"

namespace tcpstat::explain {
namespace {

/// Every text of the tables that explanations are made of.
std::vector<std::string_view> every_text() {
  std::vector<std::string_view> all;
  const auto add = [&](std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) {
      const bool call = text.find(' ') == std::string_view::npos && text.ends_with(')');
      if (!text.empty() && !call && std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
    }
  };
  for (const StateInfo& row : states()) {
    const StateAdvice& told = advice(row.state);
    add({row.meaning, told.role, told.seen, told.who, told.many});
  }
  for (const machine::DwellBound& bound : machine::dwell_bounds()) add({bound.standing});
  const auto add_steps = [&](const auto& rows) {
    for (const machine::Transition& row : rows) {
      if (row.answer != machine::Answer::moves && row.answer != machine::Answer::should) continue;
      add({machine::meaning(row.from, row.event), row.action, machine::text(row.condition)});
    }
  };
  add_steps(machine::kRfc9293);
  add_steps(machine::kRfc9293Cases);
  for (const machine::Difference& row : machine::differences()) add({row.rfc9293, row.linux_does, row.why});
  for (const machine::TracedPair& row : machine::kTracedPairs) add({row.causes, row.note});
  for (const machine::SilentMove& row : machine::kMoves) add({row.cause});
  for (const Lifecycle& row : lifecycles()) {
    add({row.meaning, row.ends[0].name, row.ends[1].name, row.lesson});
    for (const ScriptStep& step : row.script) add({step.words});
  }
  for (const Topic& row : topics()) add({row.meaning, row.text});
  for (const StateGroup& row : state_groups()) {
    // A topic of the same name says more.
    if (find_topic(row.name) == nullptr) add({row.meaning});
  }
  for (const RowFlagInfo& row : kRowFlags) add({row.meaning});
  for (const RuleInfo& rule : check::all_rules()) {
    add({rule.question});
    for (const ThresholdInfo& row : rule.thresholds) add({row.unit, row.reason});
  }
  return all;
}

/// Everything that can be explained, in one language.
std::vector<std::string> every_explanation(Language language) {
  const std::vector<RuleInfo> rules = check::all_rules();
  KernelLimits limits;
  limits.fin_timeout_s = 30;
  std::vector<std::string> out;
  const auto add = [&](const Subject& subject) {
    out.push_back(explain(subject, {rules, limits}, {Form::text, Drawing::utf8, language}));
  };
  add(Index{});
  for (const IndexEntry& entry : index(rules)) {
    const auto subject = find_subject(entry.name, rules);
    REQUIRE(subject.has_value());
    if (!std::holds_alternative<WholeMachine>(*subject)) add(*subject);
  }
  for (std::size_t from = 0; from < kSeenCount; ++from) {
    for (std::size_t to = 0; to < kSeenCount; ++to) add(StatePair{seen_at(from), seen_at(to)});
  }
  return out;
}

bool has_han(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.value >= 0x4E00 && point.value <= 0x9FFF) return true;
    text.remove_prefix(std::max<std::size_t>(point.length, 1));
  }
  return false;
}

/// In one line, with one blank between words.
std::string flat(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

TEST_CASE("every English text has its translation") {
  const auto all = chinese();
  for (const std::string_view text : every_text()) {
    CAPTURE(text);
    CHECK(std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.english == text; }) == 1);
  }
}

TEST_CASE("no translation is of a text that is not said any more") {
  std::string said;
  for (const std::string& text : every_explanation(Language::english)) said += flat(text) + "\n";
  for (const Translation& one : chinese()) {
    CAPTURE(one.english);
    CHECK(!one.chinese.empty());
    std::string_view rest = one.english;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find("{}"), rest.size());
      CHECK(said.find(flat(std::string(rest.substr(0, end)))) != std::string::npos);
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
  }
}

TEST_CASE("translations fill the same gaps and name the same commands") {
  const auto count = [](std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  for (const Translation& one : chinese()) {
    CAPTURE(one.english);
    for (const std::string_view part : {"{}", "tcpstat ", "\n", "RFC ", "tcp_", "SYN_RECV", "TIME_WAIT", "CLOSE_WAIT"})
      CHECK(count(one.english, part) == count(one.chinese, part));
  }
}

TEST_CASE("Chinese explanations keep to 80 columns, and each has Chinese in it") {
  for (const std::string& text : every_explanation(Language::chinese)) {
    CAPTURE(text);
    CHECK(has_han(text));
    if (text.find('\t') != std::string::npos) continue;  // the index is for programs, too
    for (const std::string& line : test::lines_of(text)) CHECK(display_width(line) <= 80);
  }
}

}  // namespace
}  // namespace tcpstat::explain
