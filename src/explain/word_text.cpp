// What a word means, in prose: a course of events, a topic, a group of states, a flag, a rule, or several of these.

#include "base/wrapped.h"
#include "explain/explanations.h"

namespace tcpstat::explain {
namespace {

std::string names(StateSet set) {
  std::string out;
  for (const StateInfo& row : states()) {
    if (set.has(row.state)) out += (out.empty() ? "" : " ") + std::string(row.name);
  }
  return out;
}

std::string labelled(std::string_view label, std::string_view text) {
  std::string first = "  " + std::string(label);
  first.resize(14, ' ');
  return wrapped(first, text);
}

std::string topic_text(const Topic& topic) {
  std::string out = wrapped("", std::string(topic.name) + ": " + std::string(topic.meaning));
  out += "\n" + wrapped("", topic.text);
  if (!topic.look.empty()) out += "\n" + labelled("look at", topic.look);
  return out;
}

std::string flag_text(const RowFlagInfo& flag) {
  return wrapped("", std::string(flag.name) + ": " + std::string(flag.meaning)) + "\n" +
         labelled("look at", "tcpstat -a -o +FLAGS");
}

std::string group_text(const Word& word) {
  const std::string states = labelled("states", names(*word.group));
  // A topic has commands of its own.
  return word.topic != nullptr ? states : states + labelled("look at", "tcpstat -s " + std::string(word.name));
}

}  // namespace

std::string meaning(const Word& word) {
  std::string out;
  const auto add = [&](std::string_view text) { out += (out.empty() ? "" : "; ") + std::string(text); };
  if (word.lifecycle != nullptr) add(word.lifecycle->meaning);
  if (word.topic != nullptr) add(word.topic->meaning);
  if (word.group && word.topic == nullptr) add("states: " + std::string(word.group_meaning));
  if (word.flag != nullptr) add("a flag of rows: " + std::string(word.flag->meaning));
  if (word.rule != nullptr) add((out.empty() ? "" : "the rule: ") + std::string(word.rule->question));
  return out;
}

std::string explain_word(const Word& word, Drawing drawing) {
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "\n") + text; };
  if (word.lifecycle != nullptr) add(explain_lifecycle(*word.lifecycle, drawing));
  if (word.topic != nullptr) add(topic_text(*word.topic));
  if (word.group) {
    if (out.empty()) add(wrapped("", std::string(word.name) + ": " + std::string(word.group_meaning)));
    add(group_text(word));
  }
  if (word.flag != nullptr) add(flag_text(*word.flag));
  if (word.rule != nullptr) add(explain_rule(*word.rule));
  return out;
}

}  // namespace tcpstat::explain
