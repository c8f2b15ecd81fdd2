#include <doctest/doctest.h>

#include <ostream>
#include <sstream>

#include "cli/options/command.h"

namespace tcpstat::cli::options {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Whether an option has a line of its own.
bool has_option(const std::string& text, const OptionInfo& option) {
  for (const std::string& line : lines(text)) {
    const std::size_t name = line.find("--" + std::string(option.name));
    if (name == 6 && line.find_first_not_of(' ') <= 6) {
      const std::size_t end = name + 2 + option.name.size();
      if (end == line.size() || line[end] == ' ') return true;
    }
  }
  return false;
}

TEST_CASE("every page fits 80 columns, and no line ends in a blank") {
  for (const VerbInfo& verb : verbs()) {
    CAPTURE(verb.title);
    if (verb.id == VerbId::watch_events) continue;  // is told on the page of watch
    for (const std::string& line : lines(help_text(verb))) {
      CAPTURE(line);
      CHECK(line.size() <= 80);
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("pages adapt to the width of the terminal") {
  for (const std::size_t width : std::initializer_list<std::size_t>{60, 100, 120, 200}) {
    for (const VerbInfo& verb : verbs()) {
      if (verb.id == VerbId::watch_events) continue;
      bool example = false;
      for (const std::string& line : lines(help_text(verb, width))) {
        CAPTURE(line);
        example = (example || line == "Examples:") && !line.empty();
        if (line.starts_with("More: ")) example = false;
        const bool command = example || line.find("tcpstat ") != std::string::npos;
        CHECK((command || line.size() <= std::min<std::size_t>(width, 120)));
      }
    }
  }
  CHECK(lines(help_text(verb_info(VerbId::list), 120)).size() < lines(help_text()).size());
}

TEST_CASE("the page of a verb has its options and no others") {
  for (const VerbInfo& verb : verbs()) {
    if (verb.id == VerbId::watch_events || verb.id == VerbId::list) continue;
    CAPTURE(verb.title);
    const std::string page = help_text(verb);
    CHECK(page.starts_with("Usage: tcpstat " + std::string(verb.word)));
    for (const OptionInfo& option : options()) {
      CAPTURE(option.name);
      CHECK(has_option(page, option) == (verb.takes.has(option.id) || option.id == OptionId::help));
    }
    CHECK(has(page, "\nExamples:\n  "));
    CHECK(has(page, "\nMore: "));
  }
}

TEST_CASE("the first page has all verbs and all options") {
  const std::string page = help_text();
  CHECK(page.starts_with("Usage: tcpstat [OPTIONS] [FILTER]"));
  for (const std::string_view word : verb_words()) CHECK(has(page, "\n       tcpstat " + std::string(word) + " "));
  for (const OptionInfo& option : options()) {
    CAPTURE(option.name);
    CHECK(has_option(page, option));
  }
  CHECK(has(page, "tcpstat help VERB"));
}

TEST_CASE("a page tells what an option means there") {
  const std::string check = help_text(verb_info(VerbId::check));
  CHECK(has(check, "  -t, --timeout SECONDS "));
  CHECK(has(check, "print nothing while all is well"));
  CHECK_FALSE(has(check, "check: "));
  CHECK_FALSE(has(help_text(), "-t, --timeout"));
  CHECK(has(help_text(verb_info(VerbId::explain)), "table or json (explain machine also dot and mermaid)"));
  CHECK(has(help_text(verb_info(VerbId::validate)), "table, json or ndjson"));
}

TEST_CASE("every example is a command that the program takes") {
  for (const VerbInfo& verb : verbs()) {
    for (const Example& example : verb.examples) {
      std::string command(example.command);
      CAPTURE(command);
      if (const std::size_t at = command.find("| tcpstat"); at != std::string::npos) command.erase(0, at + 2);
      command = command.substr(0, command.find(" | "));
      std::istringstream in(command);
      std::vector<std::string> words;
      for (std::string word; in >> word;) {
        std::erase(word, '\'');
        words.push_back(word);
      }
      REQUIRE(words.front() == "tcpstat");
      words.erase(words.begin());
      const CommandLine line = scan_command_line(words);
      CHECK(line.verb->id == verb.id);
      CHECK(parse_command(line));
    }
  }
}

}  // namespace
}  // namespace tcpstat::cli::options
