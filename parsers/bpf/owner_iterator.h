#pragma once
// Owners of sockets as an iterator of the kernel lists them: one pass over all descriptors, several times as fast as
// the links below /proc/*/fd.

#include "base/error.h"
#include "model/held_sockets.h"

namespace tcpstat::bpf {

/// Fails where the program may not run, and where this process is in another PID namespace than the host's: the kernel
/// lists the processes of that one alone, by numbers of the host's.
Expected<HeldSockets> held_sockets();

}  // namespace tcpstat::bpf
