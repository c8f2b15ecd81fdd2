#pragma once
// Letters without a locale: what the program spells itself (states, columns, options, keys) is ASCII.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tcpstat::inline base {

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

inline std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}
inline std::string ascii_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_upper(c);
  return out;
}

/// How words of the command line are compared: in lower case, with `-` taken for `_`.
constexpr char word_fold(char c) { return c == '-' ? '_' : ascii_lower(c); }
constexpr bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return word_fold(x) == word_fold(y); });
}

/// A name in lower case, made by the compiler: the JSON key that belongs to a name of a table.
class LowerCase {
 public:
  constexpr LowerCase() = default;
  /// A name that is too long does not compile.
  constexpr explicit LowerCase(std::string_view name) : size_(name.size()) {
    std::transform(name.begin(), name.end(), text_.begin(), [](char c) { return ascii_lower(c); });
    text_[size_] = 0;
  }

  [[nodiscard]] constexpr std::string_view view() const { return {text_.data(), size_}; }
  /// Zero-terminated.
  [[nodiscard]] constexpr const char* data() const { return text_.data(); }
  // Not explicit, so that a key serves wherever text does.
  constexpr operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  friend constexpr bool operator==(const LowerCase& a, std::string_view b) { return a.view() == b; }

 private:
  std::array<char, 24> text_{};
  std::size_t size_ = 0;
};

}  // namespace tcpstat::inline base
