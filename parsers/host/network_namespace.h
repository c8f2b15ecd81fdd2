#pragma once
// Other network namespaces: finding them and stepping into one (setns(2), ip-netns(8)).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace tcpstat::host {

struct NamespaceTarget {
  std::string path;                  ///< a file that setns(2) takes
  std::optional<std::uint32_t> pid;  ///< set if the word was a process
};

/// Whether a word of --netns names a namespace by a process that lives there.
bool is_process_number(const std::string& word);

/// All digits: a process below `proc_root`; with a `/`: a path; else a name under /run/netns. Fails if there is none.
Expected<NamespaceTarget> find_namespace(const std::string& word, const std::string& proc_root);

/// Moves the calling thread there for good. From then on only /proc/thread-self/net shows that namespace.
Expected<void> enter_namespace(const NamespaceTarget& target);

/// Names under /run/netns, sorted.
Expected<std::vector<std::string>> namespace_names();

/// Whether the /proc at `root` belongs to another PID namespace than ours. Then its `net`, which means the reader's
/// own network namespace, is not that of its processes.
bool belongs_to_others(const std::string& root);

/// The inode that identifies the namespace a file like /proc/PID/ns/net stands for.
std::optional<std::uint64_t> namespace_inode(const std::string& path);

/// /proc/PID/net/tcp has another inode in each namespace, and anybody may stat(2) it. `process`: its directory. Zero:
/// nothing tells.
std::uint64_t inode_of_table(const std::string& process);

/// Tells this namespace from others in one run: its inode, or a number with kUnreadNetns if that may not be read. Zero:
/// nothing tells.
std::uint64_t namespace_number(const NamespaceTarget& target);

}  // namespace tcpstat::host
