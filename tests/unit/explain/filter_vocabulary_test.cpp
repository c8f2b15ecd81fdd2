#include "explain/filter_vocabulary.h"

#include <doctest/doctest.h>

#include <ostream>
#include <sstream>
#include <string>
#include <unordered_set>

#include "base/ascii.h"
#include "filter/expression_fields.h"
#include "model/column.h"

namespace tcpstat::explain {
namespace {

std::unordered_set<std::string> words_of(std::string text) {
  for (char& c : text) {
    if (c == ',' || c == '(' || c == ')' || c == ':') c = ' ';
  }
  std::istringstream in(text);
  std::unordered_set<std::string> out;
  for (std::string word; in >> word;) out.insert(word);
  return out;
}

TEST_CASE("no word of the language of filters is missing") {
  for (const std::string& text : {filter_vocabulary(Words{}), filter_vocabulary_lines()}) {
    const auto words = words_of(text);
    for (const std::string_view word : filter::field_words()) {
      CAPTURE(word);
      CHECK(words.contains(ascii_lower(word)));
    }
    std::size_t numbers = 0;
    for (const Column& column : columns()) {
      if (column.kind != ColumnKind::number || !filter::why_no_field(column.name).empty()) continue;
      CAPTURE(column.name);
      CHECK(words.contains(ascii_lower(column.name)));
      ++numbers;
    }
    CHECK(numbers > 50);
  }
}

TEST_CASE("each word stands in one list") {
  const std::string text = filter_vocabulary_lines();
  CHECK(text.starts_with("tests: state, exclude, src, dst, sport"));
  CHECK(text.find("\nnumbers: recv_queue, send_queue") != std::string::npos);
  CHECK(text.find("\nother names: excl (exclude), local (src)") != std::string::npos);
  CHECK(text.find("recvq (recv_queue)") != std::string::npos);
  std::istringstream lines(text);
  std::unordered_set<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream list(line.substr(line.find(": ") + 2));
    for (std::string one; std::getline(list, one, ',');) {
      CAPTURE(one);
      const std::size_t begin = one.find_first_not_of(' ');
      CHECK(seen.insert(one.substr(begin, one.find(' ', begin) - begin)).second);
    }
  }
}

}  // namespace
}  // namespace tcpstat::explain
