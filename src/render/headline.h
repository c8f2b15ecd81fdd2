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
  bool shortened = false;  ///< the long lines have to tell the rest
};

/// The report's headline in at most `columns`: as it is, else with the finding's own short words in place of its
/// message, else cut behind a word. Why nothing could be judged is never cut. What stands around the message ("netns web: ", " (and 2 more)") stays.
Headline headline_within(const CheckReport& report, std::size_t columns);
/// `text` in at most `columns`, cut behind a word.
Headline headline_within(std::string_view text, std::size_t columns);

}  // namespace tcpstat::render
