#pragma once
// Names that came with saved rows. This host is never asked: the file may be of another one, and what it does not name
// stays a number. Devices and control groups are saved by name alone, so they are given numbers here.

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/names.h"

namespace tcpstat::inline model {

class RecordedNames final : public Names {
 public:
  using Users = std::unordered_map<std::uint32_t, std::string>;

  std::string_view user(std::uint32_t uid) override;
  /// Its number where it has no name.
  std::string_view interface(std::uint32_t index) override;
  std::string_view cgroup(std::uint64_t id) override;
  std::string_view netns(std::uint64_t inode) override;

  void record_user(std::uint32_t uid, std::string_view name);
  /// Hands over the recorded users and forgets them: the next sample may be of another host.
  Users take_users() { return std::exchange(users_, {}); }
  void set_users(Users users) { users_ = std::move(users); }
  /// The number that stands for the name from now on.
  std::uint32_t record_interface(std::string_view name) { return static_cast<std::uint32_t>(interfaces_.number(name)); }
  const CgroupPlace* place_of_process(std::uint32_t pid) override;
  const CgroupPlace* place_of_cgroup(std::uint64_t id) override;
  void record_process(std::uint32_t pid, CgroupPlace place) { processes_.insert_or_assign(pid, std::move(place)); }
  void record_place(std::uint64_t cgroup, CgroupPlace place) { places_.insert_or_assign(cgroup, std::move(place)); }
  void record_netns(std::uint64_t inode, std::string_view name) { namespaces_.insert_or_assign(inode, name); }
  std::uint64_t record_cgroup(std::string_view path) { return cgroups_.number(path); }

 private:
  /// Gives numbers to names, from far above any that a kernel gives.
  class Numbering {
   public:
    explicit Numbering(std::uint64_t first) : first_(first) {}
    std::uint64_t number(std::string_view name);
    /// Null if the number is not one of these.
    [[nodiscard]] const std::string* find(std::uint64_t number) const;

   private:
    std::uint64_t first_;
    std::deque<std::string> names_;
    std::unordered_map<std::string_view, std::uint64_t> numbers_;
  };

  Users users_;
  std::unordered_map<std::uint64_t, std::string> namespaces_;
  std::unordered_map<std::uint32_t, CgroupPlace> processes_;
  std::unordered_map<std::uint64_t, CgroupPlace> places_;  ///< by control group
  Users numbers_;                                          ///< of devices that have no name here, as text
  Numbering interfaces_{0x80000000U};
  Numbering cgroups_{0x8000000000000000U};
};

}  // namespace tcpstat::inline model
