#pragma once
// JSON documents as text.

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tcpstat::inline base {

/// On one line, or with so many blanks a level; bytes that are not UTF-8 become U+FFFD, and no control is left as it is.
std::string json_text(const nlohmann::ordered_json& document, int indent = -1);

}  // namespace tcpstat::inline base
