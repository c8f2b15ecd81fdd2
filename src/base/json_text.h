#pragma once
// JSON documents as text.

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tcpstat::inline base {

/// On one line; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& document);

}  // namespace tcpstat::inline base
