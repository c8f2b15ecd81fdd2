#include "screen/keys.h"

#include <array>

#include "base/utf8.h"

namespace tcpstat::screen {
namespace {

constexpr char kEscape = '\x1b';

struct Sequence {
  std::string_view bytes;  ///< behind "ESC [" or "ESC O"
  KeyKind kind;
};

// xterm's ctlseqs "PC-Style Function Keys", and what the Linux console and rxvt send for Home and End.
constexpr auto kSequences = std::to_array<Sequence>({{"A", KeyKind::up},
                                                     {"B", KeyKind::down},
                                                     {"C", KeyKind::right},
                                                     {"D", KeyKind::left},
                                                     {"H", KeyKind::home},
                                                     {"F", KeyKind::end},
                                                     {"Z", KeyKind::back_tab},
                                                     {"M", KeyKind::enter},
                                                     {"1~", KeyKind::home},
                                                     {"7~", KeyKind::home},
                                                     {"4~", KeyKind::end},
                                                     {"8~", KeyKind::end},
                                                     {"5~", KeyKind::page_up},
                                                     {"6~", KeyKind::page_down}});

/// ECMA-48 5.4: parameters and intermediate bytes, then one final byte.
bool is_final(char c) { return c >= '@' && c <= '~'; }

Key plain(char c) {
  switch (c) {
    case '\r':
    case '\n':
      return {KeyKind::enter};
    case '\t':
      return {KeyKind::tab};
    case '\b':
    case '\x7f':
      return {KeyKind::backspace};
    default:
      return {KeyKind::other};
  }
}

}  // namespace

std::optional<Key> KeyDecoder::next() {
  if (bytes_.empty()) return std::nullopt;
  const char first = bytes_.front();
  if (first == kEscape) return sequence();
  if (is_control(static_cast<unsigned char>(first)) && static_cast<unsigned char>(first) < 0x80) {
    bytes_.erase(0, 1);
    return plain(first);
  }
  const CodePoint point = first_code_point(bytes_);
  if (point.length == 0) {
    // A character of up to four bytes may still be on its way; more than that is no text.
    constexpr std::size_t kLongest = 4;
    if (bytes_.size() < kLongest && (static_cast<unsigned char>(first) & 0xC0U) == 0xC0U) return std::nullopt;
    bytes_.erase(0, 1);
    return Key{KeyKind::other};
  }
  Key key{KeyKind::text, bytes_.substr(0, point.length)};
  bytes_.erase(0, point.length);
  return is_visible(point.value) ? key : Key{KeyKind::other};
}

std::optional<Key> KeyDecoder::sequence() {
  if (bytes_.size() < 2) return std::nullopt;
  const char second = bytes_[1];
  if (second != '[' && second != 'O') {
    bytes_.erase(0, 1);
    return Key{KeyKind::escape};
  }
  std::size_t end = 2;
  // F1 to F5 of the Linux console are "ESC [ [" and a letter.
  if (second == '[' && bytes_.size() > end && bytes_[end] == '[') ++end;
  while (end < bytes_.size() && !is_final(bytes_[end])) ++end;
  if (end == bytes_.size()) {
    constexpr std::size_t kLongest = 32;
    if (end < kLongest) return std::nullopt;
    bytes_.clear();
    return Key{KeyKind::other};
  }
  const std::string body = bytes_.substr(2, end - 1);
  bytes_.erase(0, end + 1);
  for (const Sequence& known : kSequences) {
    if (known.bytes == body) return Key{known.kind};
  }
  return Key{KeyKind::other};
}

std::optional<Key> KeyDecoder::settle() {
  if (bytes_.empty()) return std::nullopt;
  const bool escape = bytes_.front() == kEscape;
  bytes_.clear();
  return Key{escape ? KeyKind::escape : KeyKind::other};
}

}  // namespace tcpstat::screen
