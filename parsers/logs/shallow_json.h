#pragma once
// JSON of lines that others wrote. Copies and texts of a document of nlohmann recurse, so that a line of brackets would
// exhaust the stack.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json_text.h"

namespace tcpstat::logs {

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
