#include "cli/options/command_line_scan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

using namespace tcpstat;
using namespace tcpstat::cli::options;
using Strings = std::vector<std::string>;

namespace {

std::string_view verb_word(const Strings& words) { return scan_command_line(words).verb->word; }
Strings option_words(const Strings& words) { return scan_command_line(words).option_words; }

Parsed<TypedOptions> parse(const Strings& words) { return parse_options(scan_command_line(words)); }
std::string sentence(const Strings& words) {
  const auto parsed = parse(words);
  return parsed ? "" : parsed.error().sentence;
}

}  // namespace

TEST_CASE("the verb is the first word that is no option and no value of one") {
  CHECK(verb_word({"check", "-w", "1"}) == "check");
  CHECK(verb_word({"-w", "1", "check"}) == "check");
  CHECK(verb_word({"--process", "check"}).empty());
  CHECK(verb_word({"--process=x", "check"}) == "check");
  CHECK(verb_word({"-ant", "check"}) == "check");
  CHECK(verb_word({"-as", "check"}).empty());
  CHECK(verb_word({"-sLISTEN", "check"}) == "check");
  CHECK(verb_word({"--", "check"}) == "check");
  CHECK(verb_word({"--"}).empty());
  CHECK(verb_word({}).empty());
  CHECK(verb_word({"nonsense", "check"}).empty());
  CHECK(verb_word({"--nonsense", "check"}) == "check");  // its exit codes are for monitoring systems
}

TEST_CASE("a second name of a verb is an operand, and so is what stands behind --") {
  const CommandLine line = scan_command_line({"explain", "close", "--", "-j"});
  CHECK(line.verb->id == VerbId::explain);
  CHECK(line.operands == Strings{"close", "-j"});
  CHECK(line.option_words.empty());
  CHECK(scan_command_line({"summary", "summary"}).operands == Strings{"summary"});
  CHECK(scan_command_line({"validate", "-"}).operands == Strings{"-"});
}

TEST_CASE("options are passed on with their values, without verb and operands") {
  CHECK(option_words({"-a", "summary", "--by", "state", "-s", "LISTEN"}) ==
        Strings{"-a", "--by", "state", "-s", "LISTEN"});
  CHECK(option_words({"explain", "close", "-f", "dot"}) == Strings{"-f", "dot"});
  CHECK(option_words({"-s"}) == Strings{"-s"});
}

TEST_CASE("a column to sort by may begin with a minus, as with ps") {
  CHECK(option_words({"--sort", "-rtt_us", "-a"}) == Strings{"--sort=-rtt_us", "-a"});
  CHECK(option_words({"-S", "-rtt_us"}) == Strings{"--sort=-rtt_us"});
  CHECK(option_words({"-aS", "-rtt_us"}) == Strings{"-a", "--sort=-rtt_us"});
  CHECK(option_words({"-S", "rtt_us"}) == Strings{"-S", "rtt_us"});
  CHECK(parse({"--sort", "-rtt_us", "-a"}).value().given(OptionId::all));
}

TEST_CASE("-t is the timeout behind check, and nowhere else") {
  CHECK(option_words({"check", "-t", "5"}) == Strings{"--timeout", "5"});
  CHECK(option_words({"check", "-t5"}) == Strings{"--timeout=5"});
  CHECK(option_words({"check", "-vt5"}) == Strings{"-v", "--timeout=5"});
  CHECK(option_words({"check", "-vt", "5"}) == Strings{"-v", "--timeout", "5"});
  CHECK(option_words({"check", "-w", "-t"}) == Strings{"-w", "-t"});
  CHECK(option_words({"check", "-wt"}) == Strings{"-wt"});
  CHECK(option_words({"check", "-t"}) == Strings{"--timeout"});
  CHECK(option_words({"-t", "check"}) == Strings{"-t"});
  CHECK(option_words({"-ant"}) == Strings{"-ant"});
  CHECK(option_words({"audit", "-t", "5"}) == Strings{"-t"});
}

TEST_CASE("what was typed is found by id") {
  const auto typed = parse({"-als", "LISTEN", "--state=CLOSE", "--local-port", "80", "-nu"}).value();
  CHECK(typed.given(OptionId::all));
  CHECK(typed.given(OptionId::listening));
  CHECK(typed.given(OptionId::state));
  CHECK_FALSE(typed.given(OptionId::ipv4));
  CHECK_FALSE(typed.given(OptionId::local));
  CHECK(typed.values(OptionId::state) == Strings{"LISTEN", "CLOSE"});
  CHECK(typed.value(OptionId::state) == "CLOSE");
  CHECK(typed.value(OptionId::local_port) == "80");
  CHECK_FALSE(typed.value(OptionId::remote_port));
  CHECK(typed.given_in_vain('u'));
  CHECK(typed.given_in_vain('n'));
  CHECK_FALSE(typed.given_in_vain('t'));
}

TEST_CASE("every option is taken as it is written, at every place") {
  for (const OptionInfo& option : options()) {
    const std::string dashed = "--" + std::string(option.name);
    CAPTURE(dashed);
    for (const VerbInfo& verb : verbs()) {
      if (verb.word.empty()) continue;
      Strings words = {std::string(verb.word), dashed};
      if (option.takes_value()) words.emplace_back("1");
      CHECK(parse(words).value().given(option.id));
      std::rotate(words.begin(), words.begin() + 1, words.end());
      CHECK(parse(words).value().given(option.id));
    }
    if (option.letter == '\0') continue;
    const std::string letter = std::string("-") + option.letter;
    CHECK(parse(option.takes_value() ? Strings{letter, "1"} : Strings{letter}).value().given(option.id));
    if (option.takes_value()) CHECK(parse({letter + "1"}).value().value(option.id) == "1");
  }
}

TEST_CASE("a value is needed where one is taken, and refused elsewhere") {
  for (const OptionInfo& option : options()) {
    const std::string dashed = "--" + std::string(option.name);
    CAPTURE(dashed);
    if (option.takes_value()) {
      CHECK(sentence({dashed}).find(dashed + " needs a value: " + std::string(option.value)) != std::string::npos);
      if (option.letter != '\0') CHECK(sentence({std::string("-") + option.letter}) == sentence({dashed}));
    } else {
      CHECK(sentence({dashed + "=yes"}) == dashed + " takes no value");
    }
  }
  CHECK(sentence({"-c"}) == "-c, --critical needs a value: RANGE (for a list again and again: tcpstat watch)");
  CHECK(sentence({"-s", "-t"}) == "-s, --state needs a value: STATE (for statistics: tcpstat summary)");
}

TEST_CASE("what does not exist is answered with the nearest") {
  CHECK(sentence({"--stat", "LISTEN"}).find("did you mean --state?") != std::string::npos);
  CHECK(sentence({"-x"}).find("unknown option \"-x\"") == 0);
  CHECK(sentence({"-7"}).find("unknown option \"-7\"") == 0);
  CHECK(other_meaning("sumary").value_or("").find("unexpected argument \"sumary\" (did you mean summary?") == 0);
  CHECK_FALSE(other_meaning("192.0.2.1"));
  CHECK(sentence({"audit", "SYN_RECV"}).find("unexpected argument \"SYN_RECV\"") == 0);
  CHECK(sentence({"explain", "close", "open"}).find("unexpected argument \"open\"") == 0);
}

TEST_CASE("what netstat's users type to see half-opens gets them shown the way") {
  for (const char* word : {"TCP", "tcp", "tcp6", "TCPv6"}) {
    const std::string said = other_meaning(word).value_or("");
    CHECK(said.find("unexpected argument \"" + std::string(word) + "\" (there is only TCP here") == 0);
    CHECK(said.find("tcpstat -s SYN_RECV)") != std::string::npos);
  }
  CHECK_FALSE(other_meaning("tcpx"));
  CHECK(sentence({"explain", "close"}).empty());
}
