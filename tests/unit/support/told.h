#pragma once
// What a finding says, as tests compare it.

#include <string>

#include "report/finding.h"

namespace tcpstat::test {

/// Its message with its reason; its advice is for tests that ask for it.
inline std::string told(const Finding& of) { return of.why.empty() ? of.message : of.message + ": " + of.why; }

}  // namespace tcpstat::test
