#pragma once
// What the path of a control group says about its processes: the systemd unit, the container, the Kubernetes pod.

#include <string>
#include <string_view>

namespace tcpstat::inline model {

/// A part is empty if there is none. Containers choose parts of the path, so all of it is hostile text.
struct CgroupPlace {
  /// "nginx.service", "session-3.scope"; below the service manager of a user, that user's unit.
  std::string unit;
  /// The whole id, or the name where the path has no id (LXC, systemd-nspawn).
  std::string container;
  /// The pod's uid, with dashes.
  std::string pod;
  /// The name of the container with that id, if a file of its engine has it; it is not part of the path.
  std::string container_name = {};

  [[nodiscard]] bool empty() const { return unit.empty() && container.empty() && pod.empty(); }
};

/// The place in a path such as "/system.slice/docker-4f6e….scope", of either cgroup driver and of version 1 or 2.
CgroupPlace place_of(std::string_view path);

/// The place in the text of /proc/PID/cgroup: of version 2 and every hierarchy of version 1, the one that tells most.
CgroupPlace place_in(std::string_view proc_cgroup);

/// Whether `word` means this unit or container: nginx means nginx.service, and the first digits of an id will do.
bool is_unit(std::string_view unit, std::string_view word);
bool is_container(std::string_view container, std::string_view word);

/// Whether it is an id and no name.
bool is_container_id(std::string_view container);

/// How people write an id: its first 12 digits. Other names as they are.
std::string_view short_id(std::string_view container);

}  // namespace tcpstat::inline model
