#pragma once
// One option into one field, by a parser of option_values.h.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/filter_options.h"
#include "cli/options/text_file.h"

namespace tcpstat::cli::options {

/// Parses the last value of an option into `to`; leaves it if there is none.
template <typename T, typename Parse>
Failure read_one(const Words& words, OptionId id, T& to, Parse parse) {
  const auto word = words.typed.value(id);
  if (!word) return std::nullopt;
  auto value = parse(*word);
  if (!value) return value.error();
  to = std::move(*value);
  return std::nullopt;
}

/// Parses each piece of a list option into `to`; stops at the first that cannot be parsed.
template <typename T, typename Parse>
Failure read_each(const Words& words, OptionId id, std::vector<T>& to, Parse parse) {
  for (const std::string& piece : words.pieces(id)) {
    auto value = parse(piece);
    if (!value) return value.error();
    to.push_back(static_cast<T>(*value));
  }
  return std::nullopt;
}

/// Seconds, at least `least`.
template <typename T>
Failure read_interval(const Words& words, OptionId id, T& to, std::chrono::milliseconds least) {
  return read_one(words, id, to,
                  [&](const std::string& word) { return parse_interval(word, least, option_info(id).name); });
}

/// A number, which the sentence of a failure calls by the name of its option.
template <typename T>
Failure read_count(const Words& words, OptionId id, T& to) {
  return read_one(words, id, to,
                  [&](const std::string& word) { return parse_count(word, option_info(id).name, UINT64_MAX); });
}

/// The same, but 0 is refused: `why` is for the sentence.
template <typename T>
Failure read_positive(const Words& words, OptionId id, std::optional<T>& to, std::string_view why) {
  if (auto failed = read_count(words, id, to)) return failed;
  if (to != T{0}) return std::nullopt;
  return UsageError{"bad " + std::string(option_info(id).name) + " \"0\" (" + std::string(why) + ")"};
}

/// How long to wait for files that options name: --timeout, or its default.
FileTimeout file_timeout(const TypedOptions& typed);

/// The time that relative times of a command line start from.
std::chrono::microseconds now();

std::string must_have_value(OptionId id, std::string_view what);
/// A value that may be anything but empty. `what` names it in the sentence; without it, the option's own word does.
Failure read_text(const Words& words, OptionId id, std::string& to, std::string_view what);
Failure read_text(const Words& words, OptionId id, std::string& to);

}  // namespace tcpstat::cli::options
