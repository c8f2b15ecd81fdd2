#pragma once
// Text that is held against a file. After a change that is meant, TCPSTAT_GOLDEN=write rewrites the files: read the
// difference before you commit it.

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "support/fixtures.h"

namespace tcpstat::test {

/// `name`: of a file in tests/fixtures/golden.
inline void check_golden(std::string_view name, const std::string& text) {
  CAPTURE(name);
  const char* wish = std::getenv("TCPSTAT_GOLDEN");
  if (wish != nullptr && std::string_view(wish) == "write") {
    std::ofstream(fixture_path("golden/" + std::string(name)), std::ios::binary) << text;
  }
  CHECK(text == fixture("golden/" + std::string(name)));
}

}  // namespace tcpstat::test
