#pragma once
// Names that belong to numbers in rows. An interface, because finding them takes system calls
// (parsers/names/system_names.h) and saved files bring their own. All of it is text that others chose: hostile.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/cgroup_place.h"

namespace tcpstat::inline model {

class Names {
 public:
  Names() = default;
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;
  virtual ~Names() = default;

  /// Empty if there is no such name. Views stay valid as long as this object.
  virtual std::string_view user(std::uint32_t uid) = 0;
  virtual std::string_view interface(std::uint32_t index) = 0;
  /// The name of a device in the network namespace with this inode; zero: in that of the run.
  virtual std::string_view interface_of(std::uint64_t netns, std::uint32_t index) {
    static_cast<void>(netns);
    return interface(index);
  }
  /// What a network namespace is called: its name, or a process that lives there. Known after find_namespaces(), and
  /// before it where the run names namespaces.
  virtual std::string_view netns(std::uint64_t inode) {
    static_cast<void>(inode);
    return {};
  }
  virtual void find_namespaces() {}
  /// Path below the cgroup2 mount, "/system.slice/ssh.service".
  virtual std::string_view cgroup(std::uint64_t id) = 0;
  /// The unit, container and pod in which a process or a control group runs; null if that is not known.
  virtual const CgroupPlace* place_of_process(std::uint32_t pid) {
    static_cast<void>(pid);
    return nullptr;
  }
  virtual const CgroupPlace* place_of_cgroup(std::uint64_t id) {
    static_cast<void>(id);
    return nullptr;
  }
  /// From now on every name is looked up anew: names change while a process runs for weeks.
  virtual void forget() {}
};

/// The name of a device of a network namespace (zero: that of the run), or its number if it has no name; empty for no
/// device. Hostile text.
inline std::string device_text(Names& names, std::uint64_t netns, std::uint32_t interface) {
  if (interface == 0) return {};
  const std::string_view name = names.interface_of(netns, interface);
  return name.empty() ? std::to_string(interface) : std::string(name);
}

}  // namespace tcpstat::inline model
