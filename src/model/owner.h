#pragma once
// Which processes hold a socket, and why a socket may have none.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  // If owners were looked for and none was found:
  owners_unread,        ///< the search itself failed
  not_permitted,        ///< some processes may not be looked into
  other_pid_namespace,  ///< processes outside of this PID namespace cannot be seen
  no_process,           ///< in no process: in flight between processes, or the kernel's own
};
inline constexpr Orphan kLastOrphan = Orphan::no_process;

/// The word in JSON and in the ORPHAN column; empty for none.
std::string_view name(Orphan reason);

/// What a search for owners saw, in numbers of processes.
struct OwnerSearch {
  std::uint64_t read = 0;       ///< were looked into
  std::uint64_t forbidden = 0;  ///< may not be looked into
  std::uint64_t failed = 0;     ///< could not be looked into for another reason
  std::uint64_t vanished = 0;   ///< ended meanwhile
  int error = 0;                ///< the errno of the first that failed
  /// Whether the search saw only the processes of a PID namespace below the host's (pid_namespaces(7)).
  bool below_host = false;
  /// What would make the forbidden ones readable.
  std::string remedy = {};

  /// Whether there was any process to look into; a saved tree may have none, and then nothing is known.
  [[nodiscard]] bool saw_processes() const { return read + forbidden + failed > 0; }
  /// Why a socket with an inode has no owner that was found; none where nothing is known.
  [[nodiscard]] Orphan why_none() const;
};

/// The soft RLIMIT_NOFILE of a process (getrlimit(2)).
struct OpenFilesLimit {
  std::uint32_t pid = 0;
  std::uint64_t limit = 0;
};

/// TCP sockets of one process that no dump shows: never connected, or ended and never closed.
struct Untabled {
  std::uint32_t pid = 0;
  std::string name;  ///< hostile text
  std::uint64_t sockets = 0;
};

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
  [[nodiscard]] virtual const OwnerSearch& search() const = 0;
  /// Call this after owners_of() was asked for every socket of the network namespace `netns`. Returns the processes
  /// there that hold further TCP sockets, still open, those with most of them first; nothing if there are too many to
  /// look at.
  [[nodiscard]] virtual std::optional<std::vector<Untabled>> untabled(std::uint64_t netns) const = 0;
};

}  // namespace tcpstat::inline model
