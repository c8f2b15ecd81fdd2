#pragma once
// JSON documents as text.

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tcpstat::inline base {

/// The document on one line, or indented by `indent` blanks a level. Bytes that are not UTF-8 become U+FFFD, and
/// control characters are escaped.
std::string json_text(const nlohmann::ordered_json& document, int indent = -1);

}  // namespace tcpstat::inline base
