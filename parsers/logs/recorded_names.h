#pragma once
// Names that came with saved rows, so that a file from another host is not read with this host's users. Devices and
// control groups are saved by name alone: they are given numbers here.

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/names.h"

namespace tcpstat::logs {

class RecordedNames final : public Names {
 public:
  /// What was not recorded is asked of `host`.
  explicit RecordedNames(Names& host) : host_(host) {}

  std::string_view user(std::uint32_t uid) override;
  std::string_view interface(std::uint32_t index) override;
  std::string_view cgroup(std::uint64_t id) override;

  void record_user(std::uint32_t uid, std::string_view name);
  /// The number that stands for the name from now on.
  std::uint32_t record_interface(std::string_view name) { return static_cast<std::uint32_t>(interfaces_.number(name)); }
  std::uint64_t record_cgroup(std::string_view path) { return cgroups_.number(path); }

 private:
  /// Numbers for names, from far above any that a kernel gives.
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

  Names& host_;
  std::unordered_map<std::uint32_t, std::string> users_;
  Numbering interfaces_{0x80000000U};
  Numbering cgroups_{0x8000000000000000U};
};

}  // namespace tcpstat::logs
