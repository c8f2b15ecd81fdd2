#pragma once
// Files of /proc as text, in bounded memory.

#include <cstddef>
#include <optional>
#include <string>

namespace tcpstat::procfs {

/// The first line without its newline, at most 4 KiB; nothing if the file cannot be read.
std::optional<std::string> read_small_file(const std::string& path);

/// The whole text; nothing, with errno, if the file cannot be read or is larger than any that tcpstat reads whole.
/// `block` is the size of one read(2): some sysctls give only what fits into the first one.
std::optional<std::string> read_whole_file(const std::string& path, std::size_t block = std::size_t{64} * 1024);

}  // namespace tcpstat::procfs
