#pragma once
// Names from this host: users (getpwuid_r(3)), devices of the namespace we are in, control groups. Each is looked up
// once.

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "model/names.h"

namespace tcpstat::names {

class SystemNames : public Names {
 public:
  std::string_view user(std::uint32_t uid) override;
  std::string_view interface(std::uint32_t index) override;
  std::string_view cgroup(std::uint64_t id) override;
  const CgroupPlace* place_of_process(std::uint32_t pid) override;
  const CgroupPlace* place_of_cgroup(std::uint64_t id) override;
  /// Whether this host has a user of that name.
  [[nodiscard]] static bool has_user(std::string_view name);

  void forget() override;

  /// Whether a control group has this path below the mount of cgroup2.
  bool has_cgroup(std::string_view path);
  /// Sets the /proc whose processes are meant.
  void set_proc(std::string proc) { proc_ = std::move(proc); }

 private:
  void scan_cgroups();
  void add_container_name(CgroupPlace& place);

  std::string_view find_cgroup(std::uint64_t id);
  const CgroupPlace* find_place_of_cgroup(std::uint64_t id);

  /// The last answer of each kind: neighbours in a dump mostly have the same.
  std::uint32_t last_uid_ = 0;
  const std::string* last_user_ = nullptr;
  std::optional<std::pair<std::uint64_t, std::string_view>> last_cgroup_;
  std::optional<std::pair<std::uint64_t, const CgroupPlace*>> last_place_;
  std::unordered_map<std::uint32_t, std::string> users_;
  std::unordered_map<std::uint32_t, std::string> interfaces_;
  std::unordered_map<std::uint64_t, std::string> cgroups_;
  bool cgroups_scanned_ = false;
  std::string proc_ = "/proc";
  std::unordered_map<std::uint32_t, std::optional<CgroupPlace>> process_places_;
  std::unordered_map<std::uint64_t, CgroupPlace> cgroup_places_;
  std::unordered_map<std::string, std::string> container_names_;  ///< by id
};

}  // namespace tcpstat::names
