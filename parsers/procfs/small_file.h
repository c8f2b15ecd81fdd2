#pragma once
// A one-line file of /proc as text.

#include <optional>
#include <string>

namespace tcpstat::procfs {

/// The first line without its newline, at most 4 KiB; nothing if the file cannot be read.
std::optional<std::string> read_small_file(const std::string& path);

}  // namespace tcpstat::procfs
