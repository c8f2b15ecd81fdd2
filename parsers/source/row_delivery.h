#pragma once
// The last step of every live source: repeated rows are dropped and counted, what follows from a row's own facts is
// added, and the row goes to the sink.

#include <vector>

#include "base/identity_set.h"
#include "base/identity_window.h"
#include "model/flaw.h"
#include "model/kernel_limits.h"
#include "model/sink.h"
#include "parsers/source/row_identity.h"
#include "report/coverage.h"

namespace tcpstat::source {

class RowDelivery {
 public:
  /// `netns`: inode of the network namespace of the rows; zero: not known.
  RowDelivery(Sink& sink, Coverage& coverage, const KernelLimits& limits, std::uint64_t netns = 0)
      : sink_(sink), coverage_(coverage), limits_(limits), netns_(netns) {}

  /// The rows that follow come from one read of the kernel's tables, which shows no socket twice.
  void begin_block() { block_.clear(); }
  /// Completes the row in place: namespace, age, orphan reason, flags.
  Flow deliver(Connection& row);
  Flow deliver(Listener& row);
  /// Tells that the source shows sockets in a state that it was not known to show.
  void show(State state) { coverage_.visible |= StateSet{state}; }
  void deliver(Flaw flaw) { coverage_.add(flaw); }

 private:
  [[nodiscard]] bool repeated(const Socket& row, const Endpoint& remote);

  Sink& sink_;
  Coverage& coverage_;
  const KernelLimits& limits_;
  std::uint64_t netns_;
  RowIdentity identity_;
  // netlink repeats a row within a few dozen others. /proc can repeat all that were added since it was opened
  // (net/ipv4/tcp_ipv4.c: tcp_seq_start() counts from the start when tcp_seek_last_pos() finds nothing), so there
  // every row is remembered.
  std::vector<std::uint64_t> block_;  ///< identities of rows that only their tuple tells apart
  IdentityWindow cookies_;
  IdentitySet tuples_;
};

}  // namespace tcpstat::source
