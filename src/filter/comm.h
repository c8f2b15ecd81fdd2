#pragma once
// Names of processes as the kernel keeps them.

#include <cstddef>
#include <string_view>

namespace tcpstat::filter {

/// TASK_COMM_LEN without its zero byte (include/linux/sched.h): the kernel cuts names of processes there.
inline constexpr std::size_t kLongestComm = 15;

/// Whether a process called `name` is the one that `word` means. The kernel cuts names; a file may hold whole ones.
inline bool is_process_name(std::string_view name, std::string_view word) {
  return name == word || (name.size() == kLongestComm && word.substr(0, kLongestComm) == name);
}

}  // namespace tcpstat::filter
