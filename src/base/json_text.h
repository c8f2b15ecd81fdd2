#pragma once
// JSON documents as text.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tcpstat::inline base {

/// The document on one line, or indented by `indent` blanks a level. Bytes that are not UTF-8 become U+FFFD, and
/// control characters are escaped.
std::string json_text(const nlohmann::ordered_json& document, int indent = -1);

/// How many brackets are open at once at most. The parser of nlohmann tells that too, but looks through all values of an
/// array behind each of them then.
int json_depth(std::string_view text);

}  // namespace tcpstat::inline base
