#pragma once
// What the path of a control group says of those who run in it: systemd's unit, the container, the pod of Kubernetes.

#include <string>
#include <string_view>

namespace tcpstat::inline model {

/// Empty: none. Containers chose parts of the path: hostile text.
struct CgroupPlace {
  /// "nginx.service", "session-3.scope"; within the manager of a user the user's unit.
  std::string unit;
  /// The whole id, or the name where the path has no id (LXC, systemd-nspawn).
  std::string container;
  /// The pod's uid, with dashes.
  std::string pod;
  /// What the container with that id is called, where a file of its engine tells; no part of the path.
  std::string container_name = {};

  [[nodiscard]] bool empty() const { return unit.empty() && container.empty() && pod.empty(); }
};

/// Of "/system.slice/docker-4f6e….scope" and the like, of either driver and either version of control groups.
CgroupPlace place_of(std::string_view path);

/// Of the text of /proc/PID/cgroup: version 2 and every hierarchy of version 1, whichever tells most.
CgroupPlace place_in(std::string_view proc_cgroup);

/// Whether a unit or container is the one that `word` means: nginx is nginx.service, and an id may be cut.
bool is_unit(std::string_view unit, std::string_view word);
bool is_container(std::string_view container, std::string_view word);

/// Whether it is an id and no name.
bool is_container_id(std::string_view container);

/// How people write an id: its first 12 digits. Other names as they are.
std::string_view short_id(std::string_view container);

}  // namespace tcpstat::inline model
