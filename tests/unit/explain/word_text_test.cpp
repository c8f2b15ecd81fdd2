// What a word means, in prose.

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "explain/explanations.h"

namespace tcpstat::explain {
namespace {

const Topic kTopicOfWords{"topic", "what a topic is", "A text of it.", "one\ntwo"};
const RuleInfo kRuleOfWords{"rule-id", "is it so?", "RFC", {}};

Word word_with(std::string_view name) {
  Word out;
  out.name = name;
  return out;
}

TEST_CASE("a group has its meaning, its states and a command") {
  Word word = word_with("some");
  word.group = StateSet{State::syn_sent, State::syn_recv};
  word.group_meaning = "two of them";
  CHECK(meaning(word) == "states: two of them");
  CHECK(explain_word(word, Drawing::utf8) ==
        "some: two of them\n\n"
        "  states      SYN_SENT SYN_RECV\n"
        "  look at     tcpstat -s some\n");
}

TEST_CASE("a topic has its text and its own commands, also where it is a group") {
  Word word = word_with("topic");
  word.topic = &kTopicOfWords;
  const std::string topic = "topic: what a topic is\n\nA text of it.\n\n  look at     one\n              two\n";
  CHECK(meaning(word) == "what a topic is");
  CHECK(explain_word(word, Drawing::utf8) == topic);
  word.group = StateSet{State::listen};
  word.group_meaning = "not said";
  CHECK(meaning(word) == "what a topic is");
  CHECK(explain_word(word, Drawing::utf8) == topic + "\n  states      LISTEN\n");
  const Topic bare{"bare", "nothing to look at", "Text.", ""};
  Word of_bare = word_with("bare");
  of_bare.topic = &bare;
  CHECK(explain_word(of_bare, Drawing::utf8) == "bare: nothing to look at\n\nText.\n");
}

TEST_CASE("a flag is one of rows, with a command that shows them") {
  Word word = word_with("stale");
  word.flag = kRowFlags.data();
  CHECK(meaning(word) == "a flag of rows: " + std::string(kRowFlags[0].meaning));
  CHECK(explain_word(word, Drawing::utf8) ==
        "stale: " + std::string(kRowFlags[0].meaning) + "\n\n  look at     tcpstat -a -o +FLAGS\n");
}

TEST_CASE("a rule is its question, and behind other meanings is called one") {
  Word word = word_with("rule-id");
  word.rule = &kRuleOfWords;
  CHECK(meaning(word) == "is it so?");
  CHECK(explain_word(word, Drawing::utf8) == explain_rule(kRuleOfWords));
  word.topic = &kTopicOfWords;
  CHECK(meaning(word) == "what a topic is; the rule: is it so?");
  word.flag = kRowFlags.data();
  CHECK(meaning(word) ==
        "what a topic is; a flag of rows: " + std::string(kRowFlags[0].meaning) + "; the rule: is it so?");
}

TEST_CASE("what a word means stands one behind the other, with a blank line between") {
  const Lifecycle& lifecycle = lifecycles()[0];
  Word word = word_with(lifecycle.name);
  word.lifecycle = &lifecycle;
  const std::string ladder = explain_lifecycle(lifecycle, Drawing::ascii);
  CHECK(meaning(word) == lifecycle.meaning);
  CHECK(explain_word(word, Drawing::ascii) == ladder);
  CHECK(explain_word(word, Drawing::utf8) == explain_lifecycle(lifecycle, Drawing::utf8));
  word.rule = &kRuleOfWords;
  CHECK(explain_word(word, Drawing::ascii) == ladder + "\n" + explain_rule(kRuleOfWords));
  word.group = StateSet{State::listen};
  word.group_meaning = "not said";
  CHECK(explain_word(word, Drawing::ascii) == ladder + "\n  states      LISTEN\n  look at     tcpstat -s " +
                                                  std::string(lifecycle.name) + "\n\n" + explain_rule(kRuleOfWords));
}

TEST_CASE("the topic of filters teaches their language") {
  const Topic* filter = find_topic("filter");
  REQUIRE(filter != nullptr);
  Word word = word_with("filter");
  word.topic = filter;
  Topic other = *filter;
  other.name = "other";
  Word without = word_with("other");
  without.topic = &other;
  CHECK(explain_word(word, Drawing::utf8).size() > explain_word(without, Drawing::utf8).size() + 500);
}

}  // namespace
}  // namespace tcpstat::explain
