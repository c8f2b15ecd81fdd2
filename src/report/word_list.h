#pragma once
// Words that options take: what `--list` and completions show.

#include <string>
#include <string_view>
#include <vector>

namespace tcpstat::inline report {

struct WordList {
  std::vector<std::string_view> keys;          ///< "name", "meaning", …
  std::vector<std::vector<std::string>> rows;  ///< a field for each key; the first is the word to type
};

}  // namespace tcpstat::inline report
