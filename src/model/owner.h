#pragma once
// Which processes hold a socket, and why a socket may have none.

#include <cstdint>
#include <span>
#include <string_view>

namespace tcpstat::inline model {

/// One descriptor of one process. `name` is the kernel's comm: bytes that the process chose, hostile text.
struct Owner {
  std::uint32_t pid = 0;
  std::uint32_t fd = 0;
  std::string_view name;
};

/// Why no process holds a socket.
enum class Orphan : std::uint8_t {
  none,               ///< it has an inode, so it may have owners
  time_wait,          ///< TIME_WAIT is kept by the kernel alone
  half_open,          ///< a request: no socket exists before the handshake ends
  not_accepted,       ///< in a listener's accept queue, no program has taken it yet
  closed_by_process,  ///< the program closed it; the kernel finishes the close
  not_permitted,      ///< no holder found, but some processes could not be looked into
  no_process,         ///< no holder found in any process: in flight between processes, or the kernel's own
};

/// The word in JSON and in the ORPHAN column; empty for none.
std::string_view name(Orphan reason);

/// Finds the owners of a socket by its inode.
class OwnerLookup {
 public:
  OwnerLookup() = default;
  OwnerLookup(OwnerLookup&&) = default;
  OwnerLookup& operator=(OwnerLookup&&) = default;
  OwnerLookup(const OwnerLookup&) = delete;
  OwnerLookup& operator=(const OwnerLookup&) = delete;
  virtual ~OwnerLookup() = default;
  /// Empty if nobody was seen holding it. Valid as long as this object.
  [[nodiscard]] virtual std::span<const Owner> owners_of(std::uint64_t inode) const = 0;
  /// Processes whose descriptors could not be read for lack of permission.
  [[nodiscard]] virtual std::uint64_t forbidden() const = 0;
  /// Processes that ended while they were looked into.
  [[nodiscard]] virtual std::uint64_t vanished() const { return 0; }
};

}  // namespace tcpstat::inline model
