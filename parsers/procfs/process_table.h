#pragma once
// Which processes hold which sockets: one pass over /proc/*/fd (proc(5)), on as many cores as there are up to two.
// Made only when owners are asked for.

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/held_sockets.h"
#include "model/owner.h"

namespace tcpstat::procfs {

class ProcessTable final : public OwnerLookup {
 public:
  /// Threads nearly always share the descriptors of their process (clone(2), CLONE_FILES).
  enum class Threads : std::uint8_t {
    told_apart,  ///< those that kcmp(2) tells to have their own, where the kernel answers
    all,         ///< each thread where the kernel does not answer: many reads
  };

  /// Reads all processes below `proc_root` ("/proc"). What it could not see is counted in search(); only an unreadable
  /// root is an error.
  static Expected<ProcessTable> read(const std::string& proc_root, Threads threads = Threads::told_apart);

  /// The same, but only processes that `known` does not have are read.
  static Expected<ProcessTable> complete(const HeldSockets& known, const std::string& proc_root);

  ProcessTable(ProcessTable&&) = default;
  ProcessTable& operator=(ProcessTable&&) = default;

  /// Ordered by pid, then descriptor.
  [[nodiscard]] std::span<const Owner> owners_of(std::uint64_t inode) const override;
  [[nodiscard]] const OwnerSearch& search() const override { return search_; }
  [[nodiscard]] std::optional<std::vector<Untabled>> untabled(std::uint64_t netns) const override;

 private:
  ProcessTable() = default;
  static Expected<ProcessTable> read(const std::string& proc_root, Threads threads, const HeldSockets* known);

  // Sorted together by inode; owners_[i] holds the socket inodes_[i].
  std::vector<std::uint64_t> inodes_;
  std::vector<Owner> owners_;
  std::deque<std::string> names_;
  OwnerSearch search_;
  std::string root_;
  /// What callers, maybe on several threads, have asked for and found out.
  struct Asked {
    explicit Asked(std::size_t places) : of(places) {}
    std::vector<std::atomic<bool>> of;  ///< whether an inode was asked for, at its first place in inodes_
    std::mutex mutex;
    std::map<std::uint32_t, std::uint64_t> namespaces;  ///< network namespaces by pid
  };
  [[nodiscard]] std::uint64_t netns_of(std::uint32_t pid) const;
  std::unique_ptr<Asked> asked_;
};

}  // namespace tcpstat::procfs
