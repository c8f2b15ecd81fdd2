#pragma once
// The first line of check and audit if something could be judged: who, what and how bad, within the 80 columns that a
// pager or a dashboard shows.

#include <string>
#include <string_view>

#include "report/check_report.h"

namespace tcpstat::render {

/// The text behind "TCPSTAT CRITICAL - ".
struct Headline {
  std::string text;
  bool shortened = false;         ///< the long lines have to tell the rest
  const Finding* told = nullptr;  ///< the finding of the report that it is about
};

/// The report's headline in at most `columns`. A finding is told by its message, without reason and advice, which have
/// lines of their own; or by its short words; or cut behind a word. The reason why nothing could be judged is never
/// cut. The text around the finding ("netns web: ", " (and 2 more)") stays.
Headline headline_within(const CheckReport& report, std::size_t columns);
/// `text` in at most `columns`, cut behind an item of its last bracket, or behind a word.
Headline headline_within(std::string_view text, std::size_t columns);

}  // namespace tcpstat::render
