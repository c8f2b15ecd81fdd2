#pragma once
// Names of processes as the kernel keeps them.

#include <cstddef>
#include <string_view>

namespace tcpstat::filter {

/// TASK_COMM_LEN without its zero byte (include/linux/sched.h): the kernel cuts names of processes there.
inline constexpr std::size_t kLongestComm = 15;

/// Whether `word` means a process called `name`, which the kernel may have cut; a file may hold whole names.
inline bool is_process_name(std::string_view name, std::string_view word) {
  return name == word || (name.size() == kLongestComm && word.substr(0, kLongestComm) == name);
}

}  // namespace tcpstat::filter
