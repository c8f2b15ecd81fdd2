#include "explain/language.h"

#include <algorithm>

#include "base/ascii.h"

namespace tcpstat::explain {

namespace {

/// "zh", "zh_CN.UTF-8", "zh_TW.utf8@stroke"; not those of another character set, which the text could not be shown in.
bool is_chinese(std::string_view locale) {
  locale = locale.substr(0, locale.find('@'));
  const std::size_t dot = std::min(locale.find('.'), locale.size());
  const std::string_view place = locale.substr(0, dot);
  const std::string_view codeset = locale.substr(dot);
  const bool utf8 = codeset.empty() || same_word(codeset, ".utf-8") || same_word(codeset, ".utf8");
  return utf8 && (place == "zh" || place.starts_with("zh_"));
}

}  // namespace

Language language_of(const LocaleNames& names) {
  for (const std::string_view name : {names.all, names.messages, names.lang}) {
    if (name.empty()) continue;
    return is_chinese(name) ? Language::chinese : Language::english;
  }
  return Language::english;
}

std::string_view Words::operator()(std::string_view english) const {
  if (language_ == Language::english) return english;
  const auto all = chinese();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Translation& one) { return one.english == english; });
  return at == all.end() ? english : at->chinese;
}

std::string Words::fill(std::string_view english, std::initializer_list<std::string_view> values) const {
  constexpr std::string_view kGap = "{}";
  std::string_view rest = (*this)(english);
  std::string out;
  for (const std::string_view value : values) {
    const std::size_t at = std::min(rest.find(kGap), rest.size());
    out.append(rest.substr(0, at)).append(value);
    rest.remove_prefix(std::min(at + kGap.size(), rest.size()));
  }
  return out.append(rest);
}

}  // namespace tcpstat::explain
