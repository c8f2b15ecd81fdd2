#include "cli/last_words.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/in_child.h"

namespace tcpstat::cli {
namespace {

using nlohmann::json;

test::Written last_words_of(std::vector<std::string> words, const std::string& why = "no memory",
                            bool output_is_whole = false) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  return test::in_child([&] {
    if (output_is_whole) LastWords::output_is_whole();
    return static_cast<int>(LastWords(all).say(why));
  });
}

const std::string kSentence = "tcpstat: cannot go on: no memory\n";

TEST_CASE("a run that cannot go on says so in one sentence") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"-ant"}, {"summary"}, {"--process", "check"}, {"--user", "audit"}}) {
    const auto written = last_words_of(words);
    CHECK(written.out.empty());
    CHECK(written.err == kSentence);
    CHECK(written.status == static_cast<int>(ExitStatus::failed));
  }
}

TEST_CASE("what monitoring systems run has the line of a plugin") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"check"}, {"audit"}, {"check", "-q"}}) {
    const auto written = last_words_of(words);
    CHECK(written.out == "TCPSTAT UNKNOWN - cannot go on: no memory\n");
    CHECK(written.err.empty());
    CHECK(written.status == static_cast<int>(ExitStatus::unknown));
  }
}

TEST_CASE("where a document was asked for there is one, which says that it is not complete") {
  struct Case {
    std::vector<std::string> words;
    bool rows;
  };
  for (const Case& one :
       {Case{{"-j"}, true}, Case{{"-aj"}, true}, Case{{"--json"}, true}, Case{{"--format=json"}, true},
        Case{{"-f", "json"}, true}, Case{{"--format", "json", "-a"}, true}, Case{{"summary", "-j"}, false},
        Case{{"-j", "-4", "--port", "22"}, true}, Case{{"-j", "--port", "22", "summary"}, false}}) {
    CAPTURE(one.words.back());
    const auto written = last_words_of(one.words);
    const json document = json::parse(written.out);
    CHECK(document["complete"] == false);
    CHECK(document.contains("connections") == one.rows);
    CHECK(document["warnings"][0]["message"] == "cannot go on: no memory");
    CHECK_FALSE(document.contains("status"));
    CHECK(written.err == kSentence);
    CHECK(written.status == static_cast<int>(ExitStatus::failed));
  }
  const auto plugin = last_words_of({"check", "-j"});
  CHECK(json::parse(plugin.out)["status"] == "UNKNOWN");
  CHECK(plugin.err == kSentence);
  CHECK(plugin.status == static_cast<int>(ExitStatus::unknown));
}

TEST_CASE("no document where none was asked for") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"json"},
                                                {"-f", "csv"},
                                                {"--sort", "json"},
                                                {"--jump"},
                                                {"-"},
                                                {"j"},
                                                {"-f", "table", "json"}}) {
    CAPTURE(words.back());
    CHECK(last_words_of(words).out.empty());
  }
}

TEST_CASE("lines of ndjson end in a summary") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"-f", "ndjson"},
                                                {"--format", "ndjson"},
                                                {"--format=ndjson"},
                                                {"-fndjson"},
                                                {"watch", "-f", "ndjson"},
                                                {"-j", "-f", "ndjson"}}) {
    CAPTURE(words.back());
    const json line = json::parse(last_words_of(words).out);
    CHECK(line["type"] == "summary");
    CHECK(line["complete"] == false);
  }
}

TEST_CASE("a document that would go elsewhere, or that nobody wants, is not written") {
  CHECK(last_words_of({"-j", "--output-file=x"}).out.empty());
  CHECK(last_words_of({"-j", "--output-file", "x"}).out.empty());
  CHECK(last_words_of({"-j", "-q"}).out.empty());
  CHECK(last_words_of({"-j", "--quiet"}).out.empty());
  CHECK(last_words_of({"-jq"}).err == kSentence);
  CHECK_FALSE(last_words_of({"check", "-j", "-q"}).out.empty());
}

TEST_CASE("behind a whole output only a sentence follows") {
  const auto plugin = last_words_of({"check"}, "no memory", true);
  CHECK(plugin.out.empty());
  CHECK(plugin.err == kSentence);
  CHECK(plugin.status == static_cast<int>(ExitStatus::unknown));
  CHECK(last_words_of({"-j"}, "no memory", true).out.empty());
  CHECK(last_words_of({"-f", "ndjson"}, "no memory", true).out.empty());
}

TEST_CASE("words of a library are harmless, and not many") {
  CHECK(last_words_of({}, "a\"b\\c|d\x1b\n~ \x7f\x80").err == "tcpstat: cannot go on: a?b?c?d??~ ??\n");
  CHECK(last_words_of({}, std::string(201, 'x')).err == "tcpstat: cannot go on: " + std::string(200, 'x') + "\n");
}

}  // namespace
}  // namespace tcpstat::cli
