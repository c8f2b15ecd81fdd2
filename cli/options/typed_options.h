#pragma once
// What was typed, for those who read the options of one verb.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcpstat::cli::options {

/// By the long name of an option.
struct TypedOptions {
  std::function<std::vector<std::string>(std::string_view)> values;
  std::function<bool(std::string_view)> flag;

  /// The last one counts.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const {
    const auto all = values(name);
    return all.empty() ? std::nullopt : std::optional(all.back());
  }
};

}  // namespace tcpstat::cli::options
