#pragma once
// A file of /proc as a whole.

#include <cstddef>
#include <optional>
#include <string>

namespace tcpstat::procfs {

/// The whole text; nothing if the file cannot be read, or is larger than any of /proc/net that tcpstat reads whole.
/// `block` is the size of one read(2): some sysctls give only what fits into the first one.
std::optional<std::string> read_whole_file(const std::string& path, std::size_t block = std::size_t{64} * 1024);

}  // namespace tcpstat::procfs
