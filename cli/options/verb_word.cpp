#include "cli/options/verb_word.h"

#include <algorithm>

#include "cli/options/options.h"

namespace tcpstat::cli::options {
namespace {

bool takes_value(char short_name) {
  const auto all = options();
  const auto option =
      std::find_if(all.begin(), all.end(), [&](const OptionInfo& o) { return o.short_name == short_name; });
  return option != all.end() && !option->value.empty();
}

bool takes_value(std::string_view long_name) {
  const auto all = options();
  const auto option =
      std::find_if(all.begin(), all.end(), [&](const OptionInfo& o) { return o.long_name == long_name; });
  return option != all.end() && !option->value.empty();
}

bool is_bundle(std::string_view word) { return word.size() > 1 && word[0] == '-' && word[1] != '-'; }

/// Whether the next word is the value of this one.
bool next_is_value(std::string_view word) {
  if (word.starts_with("--")) return takes_value(word.substr(2));
  if (!is_bundle(word)) return false;
  for (std::size_t i = 1; i < word.size(); ++i) {
    // What follows such a letter in the same word is its value.
    if (takes_value(word[i])) return i + 1 == word.size();
  }
  return false;
}

/// Where -t stands in a bundle of flags, or nothing: -vt, but not -ft.
std::size_t timeout_letter(std::string_view word) {
  if (!is_bundle(word)) return std::string_view::npos;
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (word[i] == 't') return i;
    if (takes_value(word[i])) break;
  }
  return std::string_view::npos;
}

}  // namespace

std::size_t verb_place(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") return i + 1;
    if (next_is_value(words[i])) {
      ++i;
    } else if (!words[i].starts_with('-')) {
      return i;
    }
  }
  return words.size();
}

std::string_view verb_word(const std::vector<std::string>& words) {
  const std::size_t place = verb_place(words);
  return place < words.size() ? std::string_view(words[place]) : std::string_view{};
}

bool judges(std::string_view verb) { return verb == "check" || verb == "audit"; }

std::vector<std::string> with_timeout_of_check(std::vector<std::string> words) {
  if (verb_word(words) != "check") return words;
  std::vector<std::string> out;
  const std::size_t verb = verb_place(words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t letter = i > verb ? timeout_letter(words[i]) : std::string_view::npos;
    if (letter == std::string_view::npos) {
      out.push_back(words[i]);
      if (next_is_value(words[i]) && i + 1 < words.size()) out.push_back(words[++i]);
      continue;
    }
    // "-vt5" is "-v --timeout=5", "-t 5" is "--timeout 5".
    if (letter > 1) out.push_back(words[i].substr(0, letter));
    const std::string value = words[i].substr(letter + 1);
    if (!value.empty()) {
      out.push_back("--timeout=" + value);
    } else {
      out.emplace_back("--timeout");
      if (i + 1 < words.size()) out.push_back(words[++i]);
    }
  }
  return out;
}

}  // namespace tcpstat::cli::options
