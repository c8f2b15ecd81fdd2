// What a word means, in prose: a course of events, a topic, a group of states, a flag, a rule, or several of these.

#include "explain/explanations.h"
#include "explain/filter_vocabulary.h"
#include "explain/lines.h"

namespace tcpstat::explain {
namespace {

constexpr std::string_view kFlagLook = "tcpstat -a -o +FLAGS";

std::string group_look(const Word& word) { return "tcpstat -s " + std::string(word.name); }

std::string names(StateSet set) {
  std::string out;
  for (const StateInfo& row : states()) {
    if (set.has(row.state)) out += (out.empty() ? "" : " ") + std::string(row.name);
  }
  return out;
}

std::string topic_text(const Topic& topic, const Words& words) {
  std::string out =
      paragraph(words, std::string(topic.name) + std::string(words(": ")) + std::string(words(topic.meaning)));
  out += "\n" + paragraph(words, words(topic.text));
  if (is_filter(topic)) out += "\n" + filter_vocabulary(words);
  if (!topic.look.empty()) out += "\n" + commands(words, topic.look);
  return out;
}

std::string flag_text(const RowFlagInfo& flag, const Words& words) {
  return paragraph(words, std::string(flag.name) + std::string(words(": ")) + std::string(words(flag.meaning))) + "\n" +
         commands(words, kFlagLook);
}

std::string group_text(const Word& word, const Words& words) {
  const std::string states = labelled(words, words("states"), names(*word.group));
  // A topic has commands of its own.
  return word.topic != nullptr ? states : states + commands(words, group_look(word));
}

}  // namespace

std::string looks(const Word& word) {
  std::string out(word.topic != nullptr ? word.topic->look : std::string_view());
  const auto add = [&](std::string_view command) { out.append(out.empty() ? "" : "\n").append(command); };
  if (word.group && word.topic == nullptr) add(group_look(word));
  if (word.flag != nullptr) add(kFlagLook);
  return out;
}

std::string meaning(const Word& word, const Words& words) {
  std::string out;
  const auto add = [&](std::string_view text) {
    out += std::string(out.empty() ? "" : words("; ")) + std::string(text);
  };
  if (word.lifecycle != nullptr) add(words(word.lifecycle->meaning));
  if (word.topic != nullptr) add(words(word.topic->meaning));
  if (word.group && word.topic == nullptr) add(words.fill("states: {}", {words(word.group_meaning)}));
  if (word.flag != nullptr) add(words.fill("a flag of rows: {}", {words(word.flag->meaning)}));
  if (word.rule != nullptr) {
    const std::string_view question = words(word.rule->question);
    add(out.empty() ? std::string(question) : words.fill("the rule: {}", {question}));
  }
  return out;
}

std::string explain_word(const Word& word, Drawing drawing, const Words& words) {
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "\n") + text; };
  if (word.lifecycle != nullptr) add(explain_lifecycle(*word.lifecycle, drawing, words));
  if (word.topic != nullptr) add(topic_text(*word.topic, words));
  if (word.group) {
    if (out.empty())
      add(paragraph(words, std::string(word.name) + std::string(words(": ")) + std::string(words(word.group_meaning))));
    add(group_text(word, words));
  }
  if (word.flag != nullptr) add(flag_text(*word.flag, words));
  if (word.rule != nullptr) add(explain_rule(*word.rule, words));
  return out;
}

}  // namespace tcpstat::explain
