#pragma once
// Words of commands that are shown to be typed.

#include <string>

namespace tcpstat::inline base {

/// A word as sh(1) takes it.
std::string shell_word(const std::string& word);

}  // namespace tcpstat::inline base
