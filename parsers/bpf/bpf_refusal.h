#pragma once
// Why the kernel runs no program of ours, in our own words: libbpf's advice is about limits that do not matter since
// Linux 5.11, and errno is ESRCH if BTF is missing.

#include <cstdint>
#include <string>

#include "base/error.h"

namespace tcpstat::bpf {

/// What this host allows.
struct BpfHost {
  bool built_in = true;       ///< whether this program has the programs
  bool has_btf = false;       ///< /sys/kernel/btf/vmlinux
  bool is_permitted = false;  ///< CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN
  std::string lockdown = {};  ///< "none", "integrity", "confidentiality"; empty: unknown
  unsigned major = 0;         ///< of the kernel's version; 0: unknown
  unsigned minor = 0;
};

BpfHost look_at_host();

/// Whether a trace is possible; then `error` is empty.
struct Verdict {
  bool possible = true;
  Error error;
};
/// What is known before anything is tried.
Verdict may_trace(const BpfHost& host);
/// What to say of errno `code` that loading or attaching ended with.
Error load_failure(const BpfHost& host, int code);

}  // namespace tcpstat::bpf
