#include "parsers/bpf/owner_iterator.h"

#ifdef TCPSTAT_WITH_BPF

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <owners.skel.h>
#if __has_include(<bpf/skel_internal.h>)
#include <bpf/skel_internal.h>
#define TCPSTAT_KERNEL_CAN_LOAD
#endif
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/file_descriptor.h"
#include "parsers/bpf/bpf_refusal.h"
#include "parsers/bpf/owner_rows.h"

namespace tcpstat::bpf {
namespace {

constexpr std::size_t kReadAtOnce = 64U * 1024;
constexpr ino_t kFirstPidNamespace = 0xEFFFFFFC;  // include/linux/proc_ns.h, PROC_PID_INIT_INO

struct DestroyOwners {
  void operator()(owners* program) const { owners__destroy(program); }
};

/// The descriptors that keep the loaded program alive for its link.
struct LoadedOwners {
  FileDescriptor map;
  FileDescriptor program;
};

/// The kernel runs libbpf's loader program, which relocates ours against the kernel's own BTF. That takes a
/// millisecond; reading and parsing the whole BTF here takes fifteen. Needs Linux 5.17.
LoadedOwners load_in_kernel() {
  LoadedOwners out;
#ifdef TCPSTAT_KERNEL_CAN_LOAD
  const std::unique_ptr<owners, DestroyOwners> source(owners__open());
  if (!source) return out;
  gen_loader_opts loader{};
  loader.sz = sizeof loader;
  if (::bpf_object__gen_loader(source->obj, &loader) != 0 || ::bpf_object__load(source->obj) != 0) return out;
  // All maps, then all programs, as libbpf numbers them: .bss is the only map.
  struct {
    bpf_loader_ctx head;
    bpf_map_desc map;
    bpf_prog_desc program;
  } loaded{};
  loaded.head.sz = sizeof loaded;
  bpf_load_and_run_opts run{};
  run.ctx = &loaded.head;
  run.data = loader.data;
  run.data_sz = loader.data_sz;
  run.insns = loader.insns;
  run.insns_sz = loader.insns_sz;
  const bool done = ::bpf_load_and_run(&run) == 0;
  if (loaded.map.map_fd > 0) out.map = FileDescriptor(loaded.map.map_fd);
  if (loaded.program.prog_fd > 0) out.program = FileDescriptor(loaded.program.prog_fd);
  if (!done) out = {};
#endif
  return out;
}

/// For older kernels: libbpf loads and relocates the program here.
LoadedOwners load_by_libbpf() {
  LoadedOwners out;
  const std::unique_ptr<owners, DestroyOwners> loaded(owners__open_and_load());
  // The loaded program keeps its map alive.
  if (loaded) out.program = FileDescriptor(::fcntl(::bpf_program__fd(loaded->progs.list_sockets), F_DUPFD_CLOEXEC, 3));
  return out;
}

bool in_first_pid_namespace() {
  struct stat file;
  return ::stat("/proc/self/ns/pid", &file) == 0 && file.st_ino == kFirstPidNamespace;
}

}  // namespace

Expected<HeldSockets> held_sockets() {
  const BpfHost host = look_at_host();
  if (const Verdict verdict = may_trace(host); !verdict.possible) return tl::make_unexpected(verdict.error);
  if (!in_first_pid_namespace()) {
    return failure("list descriptors by BPF", 0, {}, "it lists by numbers of the first PID namespace");
  }
  ::libbpf_set_print(nullptr);
  LoadedOwners loaded = load_in_kernel();
  if (!loaded.program) loaded = load_by_libbpf();
  if (!loaded.program) return tl::make_unexpected(load_failure(host, errno));
  const FileDescriptor link(::bpf_link_create(loaded.program.get(), 0, BPF_TRACE_ITER, nullptr));
  if (!link) return tl::make_unexpected(load_failure(host, errno));
  const FileDescriptor rows(::bpf_iter_create(link.get()));
  if (!rows) return failure("list descriptors by BPF", errno);
  OwnerRows out;
  std::vector<std::byte> buffer(kReadAtOnce);
  // EAGAIN: the kernel visited a million descriptors in a row without a row to write. No host has so many times that.
  constexpr int kMostPauses = 10'000;
  int pauses = 0;
  while (true) {
    const ssize_t got = ::read(rows.get(), buffer.data(), buffer.size());
    if (got == 0) return out.take();
    if (got < 0 && (errno == EAGAIN || errno == EINTR) && ++pauses < kMostPauses) continue;
    if (got < 0) return failure("list descriptors by BPF", errno);
    out.feed(std::span(buffer).first(static_cast<std::size_t>(got)));
  }
}

}  // namespace tcpstat::bpf

#endif
