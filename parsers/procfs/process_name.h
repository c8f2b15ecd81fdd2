#pragma once
// What a process is called: up to 15 bytes of its choice, hostile text.

#include <string>
#include <string_view>

namespace tcpstat::procfs {

/// The name in the directory `at`, below `prefix` ("812/"): from comm, or if that is missing, as in Linux before 2.6.33
/// and in many saved trees, from stat or status. Empty if none tells; errno is then that of the first that is there and
/// cannot be read, or ENOENT.
std::string process_name(int at, const std::string& prefix);

/// The name in the text of /proc/PID/stat: what stands between the first and the last parenthesis, because the name may
/// hold some of its own.
std::string_view name_in_stat(std::string_view text);
/// The name in the text of /proc/PID/status, in which the kernel writes a backslash and a newline of it as \\ and \n.
std::string name_in_status(std::string_view text);

}  // namespace tcpstat::procfs
