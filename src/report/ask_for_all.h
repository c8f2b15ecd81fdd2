#pragma once
// For answers about all sockets, which the saved ones that a filter had selected do not give.

#include <algorithm>
#include <string>

#include "report/coverage.h"

namespace tcpstat::inline report {

/// The code of the warning that a filter had selected what was saved.
inline constexpr std::string_view kSavedFiltered = "saved_filtered";

/// Makes the coverage of such a sample incomplete. Its rows, listed, are all that it says it has.
inline void ask_for_all(Coverage& coverage) {
  if (!coverage.filtered) return;
  coverage.complete = false;
  const auto why = std::find_if(coverage.warnings.begin(), coverage.warnings.end(),
                                [](const Warning& one) { return one.code == kSavedFiltered; });
  if (why != coverage.warnings.end()) coverage.last_loss = why->message;
}

/// What is not seen where one family was read and the other was not. `saved`: rows come from a file.
inline std::string unread_family(const Coverage& coverage, bool saved) {
  return std::string(coverage.ipv4 ? "IPv6" : "IPv4") +
         " sockets: " + (saved ? "they were not saved" : "their table is missing or could not be read");
}

}  // namespace tcpstat::inline report
