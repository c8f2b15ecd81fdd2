#pragma once
// Half-open connections per listener. Requests do not name their listener (sock_diag does not export it), so they are
// counted by local endpoint and joined when the dump has ended.

#include <array>
#include <cstdint>
#include <unordered_map>

#include "model/connection.h"
#include "model/listener.h"
#include "model/listening_end.h"

namespace tcpstat::survey {

class ListenerTable {
 public:
  /// Takes note of a row in SYN_RECV. Memory grows with the different local endpoints, not with rows.
  void add_half_open(const Connection& row);
  /// Takes note of a listener.
  void add_listener(const Listener& row);
  /// Half-open connections that belong to this listener: those for which the kernel would choose it among all that were
  /// noted (taker_of()).
  /// Listeners that share an end (SO_REUSEPORT) are each given all of it, since the kernel does not tell which of them
  /// was chosen.
  [[nodiscard]] std::uint64_t half_open(const Listener& row);

 private:
  struct Hash {
    std::size_t operator()(const ListeningEnd& end) const;
  };
  struct Count {
    std::uint64_t half_open = 0;   ///< requests on this end, whoever took them
    std::uint64_t taken_ipv4 = 0;  ///< requests that the listeners on this end took
    std::uint64_t taken_ipv6 = 0;
    bool takes_ipv4 = false;
    bool takes_ipv6 = false;
  };

  // The counts that were found last, by the family and the low bits of the port: in a flood nearly all rows are theirs.
  struct Recent {
    std::uint64_t netns = 0;
    std::uint32_t interface = 0;
    Endpoint local;
    Count* count = nullptr;  // references into an unordered_map stay valid
  };
  std::array<Recent, 16> recent_;
  using Counts = std::unordered_map<ListeningEnd, Count, Hash>;

  static void join(Counts& counts);

  std::unordered_map<std::uint64_t, Counts> namespaces_;  ///< by inode: each has its own ports
  bool joined_ = false;
};

}  // namespace tcpstat::survey
