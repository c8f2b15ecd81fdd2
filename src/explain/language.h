#pragma once
// The language that explanations speak. English is the original; every other language is a catalogue of what stands for
// each English text, as in gettext. gettext itself works only in languages whose locale is installed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace tcpstat::explain {

enum class Language : std::uint8_t { english, chinese };

/// The first of these that is set decides, as for messages of other programs: LC_ALL, LC_MESSAGES, LANG
/// ("zh_CN.UTF-8"). Chinese is written in UTF-8 alone: a locale of another character set gets English.
struct LocaleNames {
  std::string_view all = {};
  std::string_view messages = {};
  std::string_view lang = {};
};
Language language_of(const LocaleNames& names);

struct Translation {
  std::string_view english;
  std::string_view chinese;
};
std::span<const Translation> chinese();

/// Says texts in one language, and how long their lines may be.
class Words {
 public:
  static constexpr std::size_t kMostColumns = 78;  ///< longer lines of prose are hard to read

  Words() = default;
  explicit Words(Language language, std::size_t columns = kMostColumns)
      : language_(language), columns_(std::min(columns, kMostColumns)) {}

  [[nodiscard]] std::size_t columns() const { return columns_; }

  /// What stands for `english`; the same text where the catalogue lacks it.
  [[nodiscard]] std::string_view operator()(std::string_view english) const;
  /// The same, with each `{}` filled by the next of `values`, which are not translated.
  [[nodiscard]] std::string fill(std::string_view english, std::initializer_list<std::string_view> values) const;

 private:
  Language language_ = Language::english;
  std::size_t columns_ = kMostColumns;
};

}  // namespace tcpstat::explain
