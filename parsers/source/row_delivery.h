#pragma once
// The last step of every source: repeated rows are dropped and counted, what follows from a row's own facts is added,
// and the row goes to the sink.

#include "base/identity_set.h"
#include "base/identity_window.h"
#include "base/keyed_hash.h"
#include "model/flaw.h"
#include "model/kernel_limits.h"
#include "model/sink.h"
#include "report/coverage.h"

namespace tcpstat::source {

class RowDelivery {
 public:
  /// Rows of a saved file say so, and get no age: the sysctls that give timers a meaning were not saved.
  enum class Rows : bool { live, saved };

  RowDelivery(Sink& sink, Coverage& coverage, const KernelLimits& limits, Rows rows = Rows::live)
      : sink_(sink), coverage_(coverage), limits_(limits), rows_(rows) {}

  /// Completes the row in place: age, orphan reason, flags.
  Flow deliver(Connection& row);
  Flow deliver(Listener& row);
  void deliver(Flaw flaw) { coverage_.add(flaw); }

 private:
  /// By cookie where there is one, else by family, tuple and inode.
  [[nodiscard]] bool repeated(const Socket& row, const Endpoint& remote);

  Sink& sink_;
  Coverage& coverage_;
  const KernelLimits& limits_;
  Rows rows_;
  KeyedHash hash_;
  // netlink repeats a row within a few dozen others. /proc can repeat all that were added since it was opened
  // (net/ipv4/tcp_ipv4.c: tcp_seq_start() counts from the start when tcp_seek_last_pos() finds nothing), so there
  // every row is remembered.
  IdentityWindow cookies_;
  IdentitySet tuples_;
};

}  // namespace tcpstat::source
