#pragma once
// The first line of check and audit where something could be judged: who, what and how bad within the 80 columns that a
// pager or a dashboard shows.

#include <string>
#include <string_view>

#include "report/check_report.h"

namespace tcpstat::render {

/// What stands behind "TCPSTAT CRITICAL - ".
struct Headline {
  std::string text;
  bool shortened = false;         ///< the long lines have to tell the rest
  const Finding* told = nullptr;  ///< of the report: the finding that it speaks of
};

/// The report's headline in at most `columns`: a finding's message without reason and advice, which have lines of their
/// own, or its short words, or cut behind a word. Why nothing could be judged is never cut. What stands around the
/// finding ("netns web: ", " (and 2 more)") stays.
Headline headline_within(const CheckReport& report, std::size_t columns);
/// `text` in at most `columns`, cut behind an item of its last bracket, or behind a word.
Headline headline_within(std::string_view text, std::size_t columns);

}  // namespace tcpstat::render
