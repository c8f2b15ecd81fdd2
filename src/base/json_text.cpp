#include "base/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace tcpstat::inline base {

std::string json_text(const nlohmann::ordered_json& document, int indent) {
  std::string text = document.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
  // The library leaves DEL and the controls of Latin 1 as they are; they stand in strings alone.
  constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t at = text.find_first_of("\x7F\xC2"); at != std::string::npos;
       at = text.find_first_of("\x7F\xC2", at + 1)) {
    const CodePoint point = first_code_point(std::string_view(text).substr(at));
    if (!is_control(point.value)) continue;
    const char escape[] = {'\\', 'u', '0', '0', kHex[point.value >> 4U], kHex[point.value & 0xFU]};
    text.replace(at, point.length, escape, sizeof escape);
  }
  return text;
}

int json_depth(std::string_view text) {
  int depth = 0;
  int most = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      most = std::max(most, ++depth);
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return most;
}

}  // namespace tcpstat::inline base
