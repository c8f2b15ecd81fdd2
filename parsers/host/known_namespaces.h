#pragma once
// The network namespaces that can be seen from here: processes, bind mounts and ourselves show them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tcpstat::host {

struct KnownNamespace {
  /// Its inode, or what stands for it where that may not be read: see namespace_number().
  std::uint64_t inode = 0;
  /// Its name in /run/netns, or a process that lives there, "nginx(812)"; a path if nothing else shows it. Hostile
  /// text.
  std::string label;
  /// Words by which --netns finds it, the best first. What one word names may be gone before the namespace is entered.
  std::vector<std::string> words;
};

struct NamespaceList {
  /// Our own first, then those with names in their order, then the others by process. Each inode once.
  std::vector<KnownNamespace> namespaces;
  std::uint64_t hidden_processes = 0;  ///< processes that may not be looked into and are in none of these
  std::optional<Error> incomplete;     ///< why some may be missing, where something could not be read
};

NamespaceList list_namespaces();

/// A bind mount of a network namespace, as a line of /proc/self/mountinfo tells it (proc_pid_mountinfo(5)).
struct NamespaceMount {
  std::uint64_t inode = 0;
  std::string path;
};
/// Inode 0 for a line of anything else.
NamespaceMount namespace_mount(std::string_view line);

/// The inode in "net:[4026531840]", which links in /proc/PID/ns read; 0 for other text.
std::uint64_t inode_in_link(std::string_view text);

}  // namespace tcpstat::host
