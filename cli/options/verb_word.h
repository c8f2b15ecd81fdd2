#pragma once
// The verb in a command line, found without parsing it: what a failure of the parser means depends on it, and so does
// what -t means.

#include <string>
#include <string_view>
#include <vector>

namespace tcpstat::cli::options {

/// The place of the first word that is neither an option nor the value of one; `words.size()` if there is none.
std::size_t verb_place(const std::vector<std::string>& words);

/// That word, or nothing.
std::string_view verb_word(const std::vector<std::string>& words);

/// Whether exit codes are those of monitoring plugins.
bool judges(std::string_view verb);

/// The words for the parser. Behind `check`, -t is --timeout, as for every monitoring plugin; else it is one of the
/// flags that change nothing.
std::vector<std::string> with_timeout_of_check(std::vector<std::string> words);

}  // namespace tcpstat::cli::options
