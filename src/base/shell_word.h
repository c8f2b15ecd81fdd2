#pragma once
// Words of commands that the user is to type.

#include <string>

namespace tcpstat::inline base {

/// The word, quoted where sh(1) needs that.
std::string shell_word(const std::string& word);

}  // namespace tcpstat::inline base
