#pragma once
// The character set that the environment asks for: LC_ALL, LC_CTYPE, LANG.

#include <locale.h>

namespace tcpstat::inline base {

/// Whether the name of the locale says UTF-8; the locale itself may not be installed.
bool wants_utf8();

/// Whether text is UTF-8.
bool has_utf8();

/// LC_CTYPE of the environment, or C.UTF-8 if UTF-8 is wanted in a locale that is not installed; null if neither is
/// installed. The first call loads it: that takes a tenth of a millisecond, and most runs do not need it.
locale_t users_locale();

}  // namespace tcpstat::inline base
