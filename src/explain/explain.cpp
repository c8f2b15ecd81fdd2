#include "explain/explain.h"

#include <algorithm>
#include <array>

#include "base/nearest_word.h"

namespace tcpstat::explain {
namespace {

// The one phase that shares its name with no state and no group.
constexpr std::string_view kOpening = "a handshake is under way";

constexpr std::string_view kMachine = "machine";
constexpr std::string_view kMachineMeaning = "the whole machine; --format table, json, dot or mermaid";

struct OtherName {
  std::string_view word;  ///< as as_name() writes it
  std::string_view name;  ///< what it stands for
};

/// What people type for something that has another name here. The index does not list them.
constexpr auto kOtherNames = std::to_array<OtherName>({
    {"cookies", "syncookies"},
    {"syn-cookies", "syncookies"},
    {"ddos", "syn-flood"},
    {"syn-attack", "syn-flood"},
    {"three-way", "handshake"},
    {"three-way-handshake", "handshake"},
    {"four-way", "close"},
    {"netstat", "half-open"},
    {"msl", "time-wait"},
    {"2msl", "time-wait"},
    {"2-msl", "time-wait"},
});

const RuleInfo* find_rule(std::string_view id, std::span<const RuleInfo> rules) {
  for (const RuleInfo& rule : rules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

const RowFlagInfo* find_flag(std::string_view name) {
  for (const RowFlagInfo& flag : kRowFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

void add_group(Word& word) {
  for (const StateGroup& group : state_groups()) {
    if (group.name != word.name) continue;
    word.group = group.states;
    word.group_meaning = group.meaning;
    return;
  }
  for (const Phase phase : kPhases) {
    if (name(phase) != word.name) continue;
    word.group = parse_state_word(word.name);
    if (phase == Phase::opening) word.group_meaning = kOpening;
  }
}

/// Everything that is called by that name.
Word word_of(std::string_view name, std::span<const RuleInfo> rules) {
  Word word{.name = name,
            .lifecycle = find_lifecycle(name),
            .topic = find_topic(name),
            .flag = find_flag(name),
            .rule = find_rule(name, rules)};
  add_group(word);
  return word;
}

/// The names of everything but states, pairs and the machine, each once.
std::vector<std::string_view> all_words(std::span<const RuleInfo> rules) {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const Lifecycle& lifecycle : lifecycles()) add(lifecycle.name);
  for (const Topic& topic : topics()) add(topic.name);
  for (const StateGroup& group : state_groups()) add(group.name);
  for (const Phase phase : kPhases) {
    // Not the phases of one state: whoever types such a word gets the state.
    if (parse_state_word(name(phase))->size() > 1) add(name(phase));
  }
  for (const RowFlagInfo& flag : kRowFlags) add(flag.name);
  for (const RuleInfo& rule : rules) add(rule.id);
  return names;
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

tl::unexpected<UnknownName> unknown(std::string_view word, std::vector<std::string_view> known) {
  for (const StateInfo& state : states()) known.push_back(state.name);
  std::string_view nearest = nearest_word(word, known);
  if (nearest.empty()) nearest = nearest_state_word(word);
  return tl::make_unexpected(UnknownName{std::string(word), UnknownName::Wanted::anything, std::string(nearest)});
}

/// An end of a pair has to be one state. If the word means several, the answer names them; else the state that was
/// probably meant.
tl::unexpected<UnknownName> no_state(std::string_view word) {
  constexpr int kFew = 6;
  UnknownName out{std::string(word), UnknownName::Wanted::state, {}};
  if (const auto set = parse_state_word(word); set && set->size() <= kFew) {
    int left = set->size();
    for (const StateInfo& state : states()) {
      if (!set->has(state.state)) continue;
      out.nearest += std::string(state.name) + (--left > 1 ? ", " : left == 1 ? " or " : "");
    }
    return tl::make_unexpected(std::move(out));
  }
  std::vector<std::string_view> known = {name(kAbsent)};
  for (const StateInfo& state : states()) known.push_back(state.name);
  out.nearest = nearest_word(word, known);
  if (out.nearest.empty() && one_state(nearest_state_word(word))) out.nearest = nearest_state_word(word);
  return tl::make_unexpected(std::move(out));
}

tl::expected<Subject, UnknownName> find_pair(std::string_view from, std::string_view to) {
  const auto before = seen_word(from);
  if (!before) return no_state(from);
  const auto after = seen_word(to);
  if (!after) return no_state(to);
  return StatePair{*before, *after};
}

struct InWords {
  const Knowledge& knowledge;
  const Manner& manner;
  const Words words{manner.language, manner.columns == 0 ? Words::kMostColumns : manner.columns};

  std::string operator()(const Index& /*all*/) const { return index_text(index(knowledge.rules, words)); }
  std::string operator()(const WholeMachine& /*machine*/) const {
    if (manner.form == Form::dot) return machine_dot();
    return manner.form == Form::mermaid ? machine_mermaid() : machine_table(manner.columns);
  }
  std::string operator()(const StatePair& pair) const { return explain_pair(pair.from, pair.to, words); }
  std::string operator()(const Word& word) const { return explain_word(word, manner.drawing, words); }
  std::string operator()(State state) const { return explain_state(state, knowledge.limits, words); }
};

struct InJson {
  const Knowledge& knowledge;

  std::string operator()(const Index& /*all*/) const { return index_json(index(knowledge.rules)); }
  std::string operator()(const WholeMachine& /*machine*/) const { return machine_json(); }
  std::string operator()(const StatePair& pair) const { return explain_pair_json(pair.from, pair.to); }
  std::string operator()(const Word& word) const { return explain_word_json(word); }
  std::string operator()(State state) const { return explain_state_json(state, knowledge.limits); }
};

}  // namespace

std::vector<IndexEntry> index(std::span<const RuleInfo> rules, const Words& words) {
  std::vector<IndexEntry> all;
  for (const StateInfo& state : states()) all.push_back({std::string(state.name), std::string(words(state.meaning))});
  for (const std::string_view name : all_words(rules)) {
    all.push_back({std::string(name), meaning(word_of(name, rules), words)});
  }
  all.push_back({std::string(kMachine), std::string(words(kMachineMeaning))});
  return all;
}

tl::expected<Subject, UnknownName> find_subject(std::string_view word, std::span<const RuleInfo> rules) {
  if (word.empty()) return Index{};
  if (word == kMachine) return WholeMachine{};
  // Before the states, because `close` in lower case is the lifecycle and CLOSE the state.
  if (const Word exact = word_of(word, rules); exact.known() && !(exact.group && exact.group->size() == 1))
    return exact;
  if (const auto state = one_state(word)) return *state;
  // With a colon at either end it is half a pair, and no other word.
  const bool half = word.front() == ':' || word.back() == ':';
  if (half) return find_pair(word.substr(0, word.find(':')), word.substr(word.find(':') + 1));
  // As the program prints it, and as people type it: "flood: subnet", HALF_OPEN.
  const std::string canonical = as_name(word);
  for (const std::string_view each : all_words(rules)) {
    if (each == canonical) return word_of(each, rules);
  }
  for (const OtherName& other : kOtherNames) {
    if (other.word == canonical) return find_subject(other.name, rules);
  }
  if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
    return find_pair(word.substr(0, colon), word.substr(colon + 1));
  }
  std::vector<std::string_view> known = all_words(rules);
  known.push_back(kMachine);
  return unknown(word, std::move(known));
}

std::string explain(const Subject& subject, const Knowledge& knowledge, const Manner& manner) {
  if (manner.form == Form::json) return std::visit(InJson{knowledge}, subject);
  return std::visit(InWords{knowledge, manner}, subject);
}

}  // namespace tcpstat::explain
