#pragma once
// Which processes hold which sockets: one pass over /proc/*/fd (proc(5)), on as many cores as there are up to two.
// Made only when owners are asked for.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/owner.h"

namespace tcpstat::procfs {

class ProcessTable final : public OwnerLookup {
 public:
  /// Reads all processes below `proc_root` ("/proc"). Processes that end meanwhile and those that may not be looked
  /// into are counted, not errors; only an unreadable root is one.
  static Expected<ProcessTable> read(const std::string& proc_root);

  ProcessTable(ProcessTable&&) = default;
  ProcessTable& operator=(ProcessTable&&) = default;

  /// Ordered by pid, then descriptor.
  [[nodiscard]] std::span<const Owner> owners_of(std::uint64_t inode) const override;
  [[nodiscard]] std::uint64_t forbidden() const override { return forbidden_; }
  [[nodiscard]] std::uint64_t vanished() const override { return vanished_; }

 private:
  ProcessTable() = default;

  // Sorted together by inode; owners_[i] holds the socket inodes_[i].
  std::vector<std::uint64_t> inodes_;
  std::vector<Owner> owners_;
  std::deque<std::string> names_;
  std::uint64_t forbidden_ = 0;
  std::uint64_t vanished_ = 0;
};

}  // namespace tcpstat::procfs
