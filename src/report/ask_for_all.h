#pragma once
// For answers about all sockets, which the saved ones that a filter had selected do not give.

#include <algorithm>

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

}  // namespace tcpstat::inline report
