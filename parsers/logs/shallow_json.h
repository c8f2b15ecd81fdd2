#pragma once
// JSON of lines that others wrote. Copies and texts of a document of nlohmann recurse, so that a line of brackets would
// exhaust the stack.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace tcpstat::logs {

/// How many brackets are open at once in a line of JSON at most. Its parser tells that too, but looks through all values
/// of an array behind each of them then.
inline int json_depth(std::string_view line) {
  int depth = 0;
  int most = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      most = std::max(most, ++depth);
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return most;
}

/// A line as a document; discarded if it is none, or nests deeper than any line of ours.
inline nlohmann::json shallow_json(std::string_view line) {
  using nlohmann::json;
  constexpr std::ptrdiff_t kMostDepth = 32;
  const auto opens = [](char c) { return c == '[' || c == '{'; };
  // Most lines have a few brackets, which tells without a look at each value.
  const bool shallow = std::count_if(line.begin(), line.end(), opens) <= kMostDepth || json_depth(line) <= kMostDepth;
  return shallow ? json::parse(line, nullptr, false) : json(json::value_t::discarded);
}

}  // namespace tcpstat::logs
