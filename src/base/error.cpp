#include "base/error.h"

#include <system_error>

namespace tcpstat::inline base {

std::string Error::sentence() const {
  std::string text = "cannot " + doing;
  if (!reason.empty()) {
    text += ": " + reason;
  } else if (code != 0) {
    text += ": " + std::generic_category().message(code);
  }
  if (!hint.empty()) text += " (" + hint + ")";
  return text;
}

}  // namespace tcpstat::inline base
