#include "base/users_locale.h"

#include <langinfo.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace tcpstat::inline base {

bool wants_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* locale = std::getenv(name);
    if (locale == nullptr || *locale == '\0') continue;
    const std::string folded = ascii_lower(locale);
    return folded.find(".utf-8") != std::string::npos || folded.find(".utf8") != std::string::npos;
  }
  return false;
}

bool has_utf8() {
  if (wants_utf8()) return true;
  // A name may leave out the character set: that of "zh_TW" is another one, "C" has none, and that of "sd_IN" is UTF-8.
  const locale_t locale = users_locale();
  return locale != nullptr && std::string_view(::nl_langinfo_l(CODESET, locale)) == "UTF-8";
}

locale_t users_locale() {
  static const locale_t kLocale = [] {
    const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
    // Only the character set matters here, not the language.
    return locale == nullptr && wants_utf8() ? ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr) : locale;
  }();
  return kLocale;
}

}  // namespace tcpstat::inline base
