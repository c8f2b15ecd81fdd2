#pragma once
// Owners of sockets, listed by a BPF iterator: one pass over all descriptors, several times as fast as reading the
// links below /proc/*/fd.

#include "base/error.h"
#include "model/held_sockets.h"

namespace tcpstat::bpf {

/// Fails where the program may not run, and where this process is outside the first PID namespace: the kernel then
/// lists the processes of this PID namespace alone, by their numbers in the first.
Expected<HeldSockets> held_sockets();

}  // namespace tcpstat::bpf
