// A private network namespace: nothing that the lab sends can leave it, nothing of the host can be seen in it.
//
// Entering changes the calling process for good, so it is done by whole test processes or forked children.
#pragma once

#include <optional>
#include <string>

#include "handle.h"

namespace tcpstat::lab {

/// Why the lab cannot work here (no root, no TUN device), or nothing when it can.
std::optional<std::string> obstacle();

struct NamespaceOptions {
  /// Buckets of an own hash table of connections; without a value the host's table is shared, as it is by default.
  /// The kernel reads net.ipv4.tcp_child_ehash_entries of the *parent*, so a parent is made first and left at once.
  std::optional<unsigned> hash_entries;
};

/// Moves the calling process into a fresh network namespace with `lo` up and long-lived half-open requests.
void enter_namespace(const NamespaceOptions& options = {});

/// Moves the calling process into a private mount namespace: what it mounts, the host never sees.
void enter_mount_namespace();

/// Sets a variable of the current namespace, e.g. set_sysctl("net.ipv4.tcp_syncookies", "0").
void set_sysctl(const std::string& name, const std::string& value);
std::string read_sysctl(const std::string& name);

/// The inode that names the current network namespace.
unsigned long namespace_inode();

/// A descriptor of the current network namespace, to come back to with setns(2).
Handle current_namespace();

/// The lab's interfaces are configured by ioctl(2) alone: no dependency on ip(8).
void bring_up(const std::string& interface);
void take_down(const std::string& interface);

}  // namespace tcpstat::lab
