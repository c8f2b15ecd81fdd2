#include "explain/explain.h"

#include "base/nearest_word.h"

namespace tcpstat::explain {
namespace {

constexpr std::string_view kMachine = "machine";
constexpr std::string_view kMachineMeaning = "the whole machine; --format table, json, dot or mermaid";

const RuleInfo* find_rule(std::string_view id, std::span<const RuleInfo> rules) {
  for (const RuleInfo& rule : rules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

/// The one state that a word means.
std::optional<State> one_state(std::string_view word) {
  const auto set = parse_state_word(word);
  if (!set || set->size() != 1) return std::nullopt;
  for (const StateInfo& row : states()) {
    if (set->has(row.state)) return row.state;
  }
  return std::nullopt;
}

std::optional<Seen> seen_word(std::string_view word) {
  if (word == name(kAbsent) || word == "absent") return kAbsent;
  if (const auto state = one_state(word)) return Seen(*state);
  return std::nullopt;
}

tl::unexpected<UnknownName> unknown(std::string_view word, UnknownName::Wanted wanted,
                                    std::vector<std::string_view> known) {
  for (const StateInfo& state : states()) known.push_back(state.name);
  std::string_view nearest = nearest_word(word, known);
  if (nearest.empty()) nearest = nearest_state_word(word);
  return tl::make_unexpected(UnknownName{std::string(word), wanted, std::string(nearest)});
}

tl::expected<Subject, UnknownName> find_pair(std::string_view from, std::string_view to) {
  const auto before = seen_word(from);
  if (!before) return unknown(from, UnknownName::Wanted::state, {name(kAbsent)});
  const auto after = seen_word(to);
  if (!after) return unknown(to, UnknownName::Wanted::state, {name(kAbsent)});
  return StatePair{*before, *after};
}

struct InWords {
  const Knowledge& knowledge;
  const Manner& manner;

  std::string operator()(const Index& /*all*/) const { return index_text(index(knowledge.rules)); }
  std::string operator()(const WholeMachine& /*machine*/) const {
    if (manner.form == Form::dot) return machine_dot();
    return manner.form == Form::mermaid ? machine_mermaid() : machine_table();
  }
  std::string operator()(const StatePair& pair) const { return explain_pair(pair.from, pair.to); }
  std::string operator()(const Course& course) const {
    return explain_lifecycle(*course.lifecycle, manner.drawing) +
           (course.rule != nullptr ? "\n" + explain_rule(*course.rule) : "");
  }
  std::string operator()(const RuleInfo* rule) const { return explain_rule(*rule); }
  std::string operator()(State state) const { return explain_state(state, knowledge.limits); }
};

struct InJson {
  const Knowledge& knowledge;

  std::string operator()(const Index& /*all*/) const { return index_json(index(knowledge.rules)); }
  std::string operator()(const WholeMachine& /*machine*/) const { return machine_json(); }
  std::string operator()(const StatePair& pair) const { return explain_pair_json(pair.from, pair.to); }
  std::string operator()(const Course& course) const { return explain_lifecycle_json(*course.lifecycle, course.rule); }
  std::string operator()(const RuleInfo* rule) const { return explain_rule_json(*rule); }
  std::string operator()(State state) const { return explain_state_json(state, knowledge.limits); }
};

}  // namespace

std::vector<IndexEntry> index(std::span<const RuleInfo> rules) {
  std::vector<IndexEntry> all;
  for (const StateInfo& state : states()) all.push_back({std::string(state.name), std::string(state.meaning)});
  for (const Lifecycle& lifecycle : lifecycles()) {
    // A name may be a course of events and the rule that finds it: syn-flood.
    const RuleInfo* rule = find_rule(lifecycle.name, rules);
    all.push_back(
        {std::string(lifecycle.name),
         std::string(lifecycle.meaning) + (rule != nullptr ? "; the rule: " + std::string(rule->question) : "")});
  }
  for (const RuleInfo& rule : rules) {
    if (find_lifecycle(rule.id) == nullptr) all.push_back({std::string(rule.id), std::string(rule.question)});
  }
  all.push_back({std::string(kMachine), std::string(kMachineMeaning)});
  return all;
}

tl::expected<Subject, UnknownName> find_subject(std::string_view word, std::span<const RuleInfo> rules) {
  if (word.empty()) return Index{};
  if (word == kMachine) return WholeMachine{};
  if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
    return find_pair(word.substr(0, colon), word.substr(colon + 1));
  }
  const RuleInfo* rule = find_rule(word, rules);
  // Before the states, because `close` in lower case is the lifecycle and CLOSE the state.
  if (const Lifecycle* lifecycle = find_lifecycle(word)) return Course{lifecycle, rule};
  if (rule != nullptr) return rule;
  if (const auto state = one_state(word)) return *state;
  std::vector<std::string_view> known = {kMachine};
  for (const Lifecycle& lifecycle : lifecycles()) known.push_back(lifecycle.name);
  for (const RuleInfo& each : rules) known.push_back(each.id);
  return unknown(word, UnknownName::Wanted::anything, std::move(known));
}

std::string explain(const Subject& subject, const Knowledge& knowledge, const Manner& manner) {
  if (manner.form == Form::json) return std::visit(InJson{knowledge}, subject);
  return std::visit(InWords{knowledge, manner}, subject);
}

}  // namespace tcpstat::explain
