#include "render/escape.h"

#include <array>

#include "base/utf8.h"

namespace tcpstat::render {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_hex_byte(TextBuffer& out, unsigned char byte) {
  const char text[] = {'\\', 'x', kHex[byte >> 4U], kHex[byte & 0xFU]};
  out.append(std::string_view(text, sizeof text));
}

/// The beginning of `text` that needs no escaping in any format: nearly always all of it.
std::string_view plain_prefix(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const auto c = static_cast<unsigned char>(text[length]);
    if (c < 0x20 || c >= 0x7F || c == '\\' || c == '"') break;
    ++length;
  }
  return text.substr(0, length);
}

}  // namespace

bool is_plain(std::string_view text) { return plain_prefix(text).size() == text.size(); }

void append_escaped(TextBuffer& out, std::string_view text, Charset charset) {
  while (true) {
    const std::string_view plain = plain_prefix(text);
    out.append(plain);
    text.remove_prefix(plain.size());
    if (text.empty()) return;
    const CodePoint point = first_code_point(text);
    const std::size_t length = point.length == 0 ? 1 : point.length;
    const bool shown = point.length == 1 || (charset == Charset::utf8 && is_visible(point.value));
    if (point.length == 0 || is_control(point.value) || point.value == '\\' || !shown) {
      for (const char c : text.substr(0, length)) append_hex_byte(out, static_cast<unsigned char>(c));
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
}

void append_json_string(TextBuffer& out, std::string_view text) {
  out.append('"');
  while (true) {
    const std::string_view plain = plain_prefix(text);
    out.append(plain);
    text.remove_prefix(plain.size());
    if (text.empty()) break;
    const CodePoint point = first_code_point(text);
    const std::size_t length = point.length == 0 ? 1 : point.length;
    if (point.length == 0) {
      out.append("\xEF\xBF\xBD");
    } else if (point.value == '"' || point.value == '\\') {
      out.append('\\');
      out.append(text[0]);
    } else if (is_control(point.value)) {
      const char escape[] = {'\\', 'u', '0', '0', kHex[point.value >> 4U], kHex[point.value & 0xFU]};
      out.append(std::string_view(escape, sizeof escape));
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  out.append('"');
}

std::string shown_in(Charset charset, std::string_view words) {
  struct Stand {
    std::string_view sign;
    std::string_view in;
  };
  constexpr auto kStands = std::to_array<Stand>({{"§", ""}, {"−", "-"}, {" · ", ", "}});
  std::string out(words);
  if (charset == Charset::utf8) return out;
  for (const Stand& one : kStands) {
    for (std::size_t at = out.find(one.sign); at != std::string::npos; at = out.find(one.sign, at))
      out.replace(at, one.sign.size(), one.in);
  }
  return out;
}

}  // namespace tcpstat::render
