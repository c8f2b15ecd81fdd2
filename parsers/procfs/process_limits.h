#pragma once
// The limits of one process, from /proc/PID/limits (proc(5)).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcpstat::procfs {

/// The soft limit of open files in the text of a limits file: nothing if it has no such line, or is unlimited.
std::optional<std::uint64_t> parse_open_files_limit(std::string_view text);
/// The same of a process below `proc_root`; nothing also if its file cannot be read.
std::optional<std::uint64_t> read_open_files_limit(const std::string& proc_root, std::uint32_t pid);

}  // namespace tcpstat::procfs
