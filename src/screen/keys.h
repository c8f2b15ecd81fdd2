#pragma once
// From the bytes that a terminal sends to keys.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcpstat::screen {

enum class KeyKind : std::uint8_t {
  text,  ///< Key::text
  up,
  down,
  left,
  right,
  page_up,
  page_down,
  home,
  end,
  tab,
  back_tab,
  enter,
  escape,
  backspace,
  other  ///< a key of the terminal that means nothing here
};

struct Key {
  KeyKind kind = KeyKind::other;
  std::string text = {};  ///< one character

  [[nodiscard]] bool is(std::string_view character) const { return kind == KeyKind::text && text == character; }
  friend bool operator==(const Key&, const Key&) = default;
};

/// Takes bytes as they come: a key may arrive in parts.
class KeyDecoder {
 public:
  void feed(std::string_view bytes) { bytes_ += bytes; }
  /// The next whole key; nothing while one is only half there.
  std::optional<Key> next();
  /// For when nothing came for a while: an ESC that stands alone is the key of that name.
  std::optional<Key> settle();
  /// Whether a key has begun.
  [[nodiscard]] bool waits() const { return !bytes_.empty(); }

 private:
  std::optional<Key> sequence();

  std::string bytes_;
};

}  // namespace tcpstat::screen
