#include "base/error.h"

#include <system_error>

namespace tcpstat::inline base {

std::string Error::why() const {
  std::string text = reason;
  if (text.empty() && code != 0) text = std::generic_category().message(code);
  if (!hint.empty()) text += (text.empty() ? "(" : " (") + hint + ")";
  return text;
}

std::string Error::sentence() const {
  const bool has_reason = !reason.empty() || code != 0;
  const std::string text = why();
  return "cannot " + doing + (text.empty() ? "" : has_reason ? ": " : " ") + text;
}

}  // namespace tcpstat::inline base
