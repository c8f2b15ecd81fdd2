#include "words.h"

#include <charconv>
#include <limits>
#include <sstream>

#include "program.h"

namespace tcpstat::bench {
namespace {

using lab::UsageError;

template <typename Number>
Number number(const std::string& what, const std::string& word, Number least) {
  Number value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value < least)
    throw UsageError(what + " must be a number from " + std::to_string(least) + " on, not '" + word + "'");
  return value;
}

}  // namespace

Request parse(const Words& words) {
  Request request;
  int numbers = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--against" || word == "--inside") {
      if (++i == words.size() || words[i].empty())
        throw UsageError(word + " needs " + (word == "--against" ? "the path of a tcpstat" : "a group of cases"));
      (word == "--against" ? request.against : request.inside) = words[i];
    } else if (word.rfind("--", 0) == 0) {
      throw UsageError("there is no option '" + word + "'");
    } else if (++numbers == 1) {
      request.sockets = number("the number of sockets", word, 10L);
    } else if (numbers == 2) {
      request.rounds = number("the number of rounds", word, 1);
    } else {
      throw UsageError("'" + word + "' is one word too many");
    }
  }
  return request;
}

Words words_of(const std::string& command) {
  std::istringstream stream(command);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace tcpstat::bench
