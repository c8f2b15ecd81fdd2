// A build without BPF programs.

#ifndef TCPSTAT_WITH_BPF

#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/bpf_trace.h"

namespace tcpstat::bpf {

Expected<std::unique_ptr<TransitionSource>> open_trace(const KernelFilter& /*filter*/, Between /*between*/) {
  return tl::make_unexpected(may_trace(look_at_host()).error);
}

}  // namespace tcpstat::bpf

#endif
