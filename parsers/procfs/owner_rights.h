#pragma once
// What keeps a search for owners from seeing all processes: capabilities that are missing, and PID namespaces.

#include <cstdint>
#include <string>

namespace tcpstat::procfs {

/// Advice on what a process with these effective capabilities (a mask, capabilities(7)) lacks to look into other
/// processes. `is_root`: its effective user is 0, so "run as root" would not help.
std::string remedy_for(std::uint64_t capabilities, bool is_root);
/// The same for this process.
std::string remedy();

/// CAP_NET_ADMIN, in effect.
bool may_administer_network();

/// Whether the /proc at `root` is that of a PID namespace below the host's: it does not show the processes outside of
/// it (pid_namespaces(7)). False also where nothing tells, as in a saved tree.
bool shows_pid_namespace_below_host(const std::string& root);

/// Whether PIDs below `root` mean the same processes as in our own system calls.
bool has_our_pids(int root);

}  // namespace tcpstat::procfs
