#pragma once
// Fates of handshakes, counted by our BPF programs.

#include <cstdint>
#include <memory>

#include "model/handshake_fates.h"

namespace tcpstat::bpf {

/// Whether this host allows it.
Expected<void> may_count_handshakes();

/// One set of programs that counts for all namespaces; any thread may use it.
class HandshakePrograms;
std::shared_ptr<HandshakePrograms> shared_handshake_programs();

/// `netns`: inode of the namespace; 0: it is not known. start() says what speaks against it. `shared`: the programs,
/// which the first start() loads; null: it has its own.
std::unique_ptr<HandshakeCounter> handshake_counter(std::uint32_t netns,
                                                    std::shared_ptr<HandshakePrograms> shared = nullptr);

}  // namespace tcpstat::bpf
