#pragma once
// Files that options name: text that comes from anywhere, so its size is limited.

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace tcpstat::cli::options {

/// The whole text, or a sentence why not. "-" is standard input. `needs_less` names what is never larger than 32 MiB.
tl::expected<std::string, std::string> read_text_file(const std::string& path, std::string_view needs_less);

/// A line without its comment, which one of `marks` begins, and without the blanks around it.
std::string_view without_comment(std::string_view line, std::string_view marks);

}  // namespace tcpstat::cli::options
