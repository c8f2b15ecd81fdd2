#pragma once
// What is not known is null.

#include <nlohmann/json.hpp>
#include <optional>

namespace tcpstat::render {

template <typename T>
nlohmann::ordered_json value_or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace tcpstat::render
