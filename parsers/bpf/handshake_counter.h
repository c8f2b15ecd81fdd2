#pragma once
// Fates of handshakes as programs of ours in the kernel count them.

#include <cstdint>
#include <memory>

#include "model/handshake_fates.h"

namespace tcpstat::bpf {

/// Whether this host allows it.
Expected<void> may_count_handshakes();
/// `netns`: inode of the namespace; 0: it is not known. What speaks against it start() says.
std::unique_ptr<HandshakeCounter> handshake_counter(std::uint32_t netns);

}  // namespace tcpstat::bpf
