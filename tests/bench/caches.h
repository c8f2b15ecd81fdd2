// What is in the caches of the processors when a command starts.
#pragma once

namespace tcpstat::bench {

/// Fills the caches of every processor with something else. A dump that follows another finds the kernel's sockets in
/// the cache and takes half the time, so without this each result would depend on what ran before, and where.
void spoil_caches();

}  // namespace tcpstat::bench
