#pragma once
// Files that options name: text that comes from anywhere, so its size is limited.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace tcpstat::cli::options {

/// How long a file may keep us waiting, as a FIFO without a writer does; nothing: for ever.
using FileTimeout = std::optional<std::chrono::milliseconds>;
inline constexpr std::chrono::seconds kFileTimeout{10};

/// The whole text, or a sentence why not. "-" is standard input; who types it has all the time they need. `needs_less`
/// names what is never larger than 32 MiB.
tl::expected<std::string, std::string> read_text_file(const std::string& path, std::string_view needs_less,
                                                      FileTimeout timeout = kFileTimeout);

/// A line without its comment, which one of `marks` begins, and without the blanks around it.
std::string_view without_comment(std::string_view line, std::string_view marks);

}  // namespace tcpstat::cli::options
