#pragma once
// Words that are neither states nor rules: what people look for when they think of half-open connections, and the
// classes, levels and reasons that the program prints.

#include <span>
#include <string>
#include <string_view>

#include "report/finding.h"

namespace tcpstat::explain {

struct Topic {
  std::string_view name;     ///< "flood-subnet"
  std::string_view meaning;  ///< one line
  std::string_view text;     ///< paragraphs, separated by newlines
  std::string_view look;     ///< commands, separated by newlines; or empty
};

std::span<const Topic> topics();
/// By its exact name; null if there is none.
const Topic* find_topic(std::string_view name);

/// A word as names are written: in lower case, with one hyphen for whatever stands between letters and digits.
/// "flood: single source" is flood-single-source.
std::string as_name(std::string_view word);

}  // namespace tcpstat::explain
