// A build without BPF programs.

#ifndef TCPSTAT_WITH_BPF

#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/bpf_trace.h"
#include "parsers/bpf/handshake_counter.h"
#include "parsers/bpf/owner_iterator.h"

namespace tcpstat::bpf {

Expected<OpenedBpfTrace> open_trace(const KernelFilter& /*filter*/, Between /*between*/) {
  return tl::make_unexpected(may_trace(look_at_host()).error);
}

namespace {

class NoHandshakes final : public HandshakeCounter {
 public:
  Expected<void> start() override { return tl::make_unexpected(may_trace(look_at_host()).error); }
  Expected<CountedHandshakes> stop() override { return tl::make_unexpected(may_trace(look_at_host()).error); }
};

}  // namespace

Expected<void> may_count_handshakes() { return tl::make_unexpected(may_trace(look_at_host()).error); }

class HandshakePrograms {};
std::shared_ptr<HandshakePrograms> shared_handshake_programs() { return std::make_shared<HandshakePrograms>(); }

std::unique_ptr<HandshakeCounter> handshake_counter(std::uint32_t /*netns*/,
                                                    std::shared_ptr<HandshakePrograms> /*shared*/) {
  return std::make_unique<NoHandshakes>();
}

Expected<HeldSockets> held_sockets() { return tl::make_unexpected(may_trace(look_at_host()).error); }

}  // namespace tcpstat::bpf

#endif
