#include "cli/options/read_option.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <ostream>

#include "cli/options/option_values.h"
#include "options/typed.h"

namespace tcpstat::cli::options {
namespace {

TEST_CASE("no option takes an empty value, as an unset variable has it") {
  for (const OptionInfo& option : options()) {
    const bool range = option.id == OptionId::warning || option.id == OptionId::critical;
    if (!option.takes_value() || range) continue;
    for (const VerbInfo& verb : verbs()) {
      if (!verb.takes.has(option.id) || verb.id == VerbId::watch_events) continue;
      for (const char* value : {"", ",", "!"}) {
        std::vector<std::string> words = {"--" + std::string(option.name), value};
        if (!verb.word.empty()) words.insert(words.begin(), std::string(verb.word));
        CAPTURE(words);
        CHECK_FALSE(typed_line(words));
      }
    }
  }
  CHECK(refusal({"--user", ""}) == "--user needs a value: NAME|UID");
  CHECK(refusal({"-q", "--process", ","}).starts_with("--process needs a value: "));
}

/// Options as they are typed, for a verb that takes them.
struct TypedWords {
  explicit TypedWords(const std::vector<std::string>& arguments)
      : line(scan_command_line(arguments)), typed(parse_options(line).value()) {}

  CommandLine line;
  TypedOptions typed;
  Words words{.typed = typed, .verb = *line.verb, .operand = {}};
};

TEST_CASE("the last value of an option counts, and without one what was there stays") {
  std::optional<std::uint64_t> limit = 7;
  CHECK_FALSE(read_count(TypedWords({}).words, OptionId::limit, limit));
  CHECK(limit == 7U);
  CHECK_FALSE(read_count(TypedWords({"--limit", "1", "--limit", "2"}).words, OptionId::limit, limit));
  CHECK(limit == 2U);
  CHECK_FALSE(read_count(TypedWords({"--limit", "18446744073709551615"}).words, OptionId::limit, limit));
  CHECK(limit == UINT64_MAX);
  const Failure failed = read_count(TypedWords({"--limit", "x"}).words, OptionId::limit, limit);
  REQUIRE(failed);
  CHECK(failed->sentence.find("limit") != std::string::npos);
  CHECK(limit == UINT64_MAX);
}

TEST_CASE("a number that has to be positive says why") {
  std::optional<std::uint64_t> count;
  CHECK_FALSE(read_positive(TypedWords({"watch"}).words, OptionId::count, count, "why"));
  CHECK_FALSE(count);
  CHECK_FALSE(read_positive(TypedWords({"watch", "--count", "1"}).words, OptionId::count, count, "why"));
  CHECK(count == 1U);
  const Failure failed = read_positive(TypedWords({"watch", "--count", "0"}).words, OptionId::count, count, "why");
  REQUIRE(failed);
  CHECK(failed->sentence == "bad count \"0\" (why)");
}

TEST_CASE("each piece of a list is read, up to the first that cannot be") {
  std::vector<const Column*> columns;
  CHECK_FALSE(read_each(TypedWords({"-o", "uid,,pid", "-o", "state"}).words, OptionId::output, columns, parse_column));
  REQUIRE(columns.size() == 3);
  CHECK(columns[2]->name == "STATE");
  columns.clear();
  CHECK(read_each(TypedWords({"-o", "uid,nonsense,pid"}).words, OptionId::output, columns, parse_column));
  CHECK(columns.size() == 1);
}

TEST_CASE("a text may be anything but empty") {
  std::string text = "before";
  CHECK_FALSE(read_text(TypedWords({}).words, OptionId::output_file, text));
  CHECK(text == "before");
  CHECK_FALSE(read_text(TypedWords({"--output-file", " x"}).words, OptionId::output_file, text));
  CHECK(text == " x");
  CHECK(must_have_value(OptionId::netns, "something") == "--netns needs a value: something");
  const Failure failed = read_text(TypedWords({"--netns", ""}).words, OptionId::netns, text, "a name");
  REQUIRE(failed);
  CHECK(failed->sentence == "--netns needs a value: a name");
  CHECK(text == " x");
}

TEST_CASE("files that options name are waited for as long as sources are") {
  CHECK(file_timeout(TypedWords({}).typed) == std::chrono::seconds(10));
  CHECK(file_timeout(TypedWords({"--timeout", "2"}).typed) == std::chrono::seconds(2));
  CHECK(file_timeout(TypedWords({"--timeout", "x"}).typed) == std::chrono::seconds(10));
}

TEST_CASE("now is now") {
  const auto before = std::chrono::system_clock::now();
  const std::chrono::microseconds asked = now();
  const auto after = std::chrono::system_clock::now();
  CHECK(std::chrono::system_clock::time_point(asked) >= before - std::chrono::microseconds(1));
  CHECK(std::chrono::system_clock::time_point(asked) <= after);
}

}  // namespace
}  // namespace tcpstat::cli::options
