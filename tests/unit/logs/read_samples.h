#pragma once
// What a reader of saved samples hands over, sample by sample.

#include <doctest/doctest.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/logs/saved_sample.h"
#include "support/rows.h"

namespace tcpstat::test {

struct ReadSamples {
  std::vector<std::unique_ptr<logs::SavedSample>> all;
  logs::SavedSamples samples{[this](std::unique_ptr<logs::SavedSample> one) { all.push_back(std::move(one)); }};

  [[nodiscard]] logs::SavedSample& at(std::size_t i) const { return *all.at(i); }
  [[nodiscard]] std::size_t rows(std::size_t i) const {
    return at(i).rows.connections().size() + at(i).rows.listeners().size();
  }
  /// Of its warnings, one behind the other.
  [[nodiscard]] std::string codes(std::size_t i) const {
    std::string out;
    for (const Warning& one : at(i).coverage.warnings) out += (out.empty() ? "" : " ") + one.code;
    return out;
  }
  /// Of the only one.
  [[nodiscard]] std::string message(std::size_t i) const {
    REQUIRE(at(i).coverage.warnings.size() == 1);
    return at(i).coverage.warnings.front().message;
  }
  [[nodiscard]] std::uint64_t flaws(std::size_t i, Flaw flaw) const {
    return at(i).coverage.flaws.at(static_cast<std::size_t>(flaw));
  }
};

}  // namespace tcpstat::test
