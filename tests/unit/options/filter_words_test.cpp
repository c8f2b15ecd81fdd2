#include "cli/options/filter_words.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <ostream>

#include "cli/options/command.h"

namespace tcpstat::cli::options {
namespace {

/// A file for the time of a test.
class WordsFile {
 public:
  explicit WordsFile(const std::string& text) { std::ofstream(path_) << text; }
  ~WordsFile() { static_cast<void>(std::remove(path_.c_str())); }
  WordsFile(const WordsFile&) = delete;
  WordsFile& operator=(const WordsFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "filter_words_test." + std::to_string(::getpid()) + ".txt";
};

/// The expression of a list, or what is wrong with the line.
std::string parsed(const std::vector<std::string>& words) {
  const auto line = parse_command(scan_command_line(words));
  if (!line) return line.error().sentence;
  const auto& filter = std::get<ListCommand>(line->command).filter;
  return filter.expression == nullptr ? "none" : filter::to_string(*filter.expression);
}

TEST_CASE("lines of a file are one expression, behind the words of the command line") {
  const WordsFile file("# web\nsport = :443 # or 80\n\tor sport = :80\n080x\n");
  CHECK(*filter_file_text(file.path()) == " sport = :443  \tor sport = :80 080x ");
  const WordsFile good("( dport = 5432\n  or dport = 6432 )\n# and not user postgres\n");
  CHECK(parsed({"-F", good.path()}) == parsed({"( dport = 5432 or dport = 6432 )"}));
  CHECK(parsed({"-F", good.path(), "sport", ">=", "1024"}) ==
        parsed({"sport >= 1024 and ( dport = 5432 or dport = 6432 )"}));
  CHECK(parsed({"--filter=" + good.path(), "state", "established"}) ==
        parsed({"state established and ( dport = 5432 or dport = 6432 )"}));
}

TEST_CASE("a mistake is told with its place and one thing to look up") {
  const WordsFile wrong("sport = :443\nnonsense\n");
  CHECK(parsed({"-F", wrong.path()})
            .starts_with("cannot read the filter of \"" + wrong.path() +
                         "\": unknown word \"nonsense\", at character 15 of "));
  CHECK(parsed({"state", "established,foo"}) ==
        "unknown state \"foo\", at character 19 of \"state established,foo\" (see: tcpstat --list states)");
  CHECK(
      parsed({"sport => 443"}) ==
      "\">\" is no value of \"sport\", at character 8 of \"sport => 443\" (one of = == != < > <= >= between them; see: "
      "tcpstat explain filter)");
  CHECK(parsed({"user", "nobody-has-this-name"}).ends_with("\"user nobody-has-this-name\""));
}

TEST_CASE("a filter that only listeners match is not one of the states that lists show") {
  const auto states = [](const std::vector<std::string>& words) {
    return std::get<ListCommand>(parse_command(scan_command_line(words)).value().command).filter.states;
  };
  CHECK(states({"acceptq > 1"}) == StateSet{State::listen});
  CHECK(states({"backlog < 10 and sport = 80"}) == StateSet{State::listen});
  CHECK(states({"acceptq > 1 or sport = 80"}) == states({}));
  CHECK(states({"-s", "ESTABLISHED", "acceptq > 1"}) == StateSet{});
}

TEST_CASE("a name that the kernel cuts is told, as an option and as a word") {
  const auto notes = [](const std::vector<std::string>& words) {
    return parse_command(scan_command_line(words)).value().notes;
  };
  const std::string note = "the kernel cuts names of processes to 15 bytes: looking for \"fifteen-letters\"";
  CHECK(notes({"process", "=", "fifteen-letters"}).empty());
  CHECK(notes({"process", "=", "fifteen-letters2"}) == std::vector<std::string>{note});
  CHECK(notes({"--process", "fifteen-letters"}).empty());
  CHECK(notes({"--process", "fifteen-letters2"}) == std::vector<std::string>{note});
}

TEST_CASE("a file of comments alone filters nothing") {
  const WordsFile file("# nothing\n\n");
  CHECK(parsed({"-F", file.path()}) == "none");
}

TEST_CASE("what is wrong with a file is said") {
  CHECK(parsed({"-F", "/no/such/file"}) == "cannot read /no/such/file: No such file or directory");
  CHECK(parsed({"-F", ""}) == "--filter needs a value: FILE");
  CHECK(parsed({"-F", "-", "--source", "-"}) ==
        "standard input holds the rows (--source -) or the filter (-F -), not both");
  const WordsFile file("sport = = 1\n");
  CHECK(parsed({"-F", file.path()}).find("at character") != std::string::npos);
}

}  // namespace
}  // namespace tcpstat::cli::options
