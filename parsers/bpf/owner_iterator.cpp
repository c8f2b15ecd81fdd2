#include "parsers/bpf/owner_iterator.h"

#ifdef TCPSTAT_WITH_BPF

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <owners.skel.h>
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
  void operator()(bpf_link* link) const { ::bpf_link__destroy(link); }
};

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
  const std::unique_ptr<owners, DestroyOwners> program(owners__open_and_load());
  if (!program) return tl::make_unexpected(load_failure(host, errno));
  const std::unique_ptr<bpf_link, DestroyOwners> link(::bpf_program__attach_iter(program->progs.list_sockets, nullptr));
  if (!link) return tl::make_unexpected(load_failure(host, errno));
  const FileDescriptor rows(::bpf_iter_create(::bpf_link__fd(link.get())));
  if (!rows) return failure("list descriptors by BPF", errno);
  OwnerRows out;
  std::vector<std::byte> buffer(kReadAtOnce);
  while (true) {
    const ssize_t got = ::read(rows.get(), buffer.data(), buffer.size());
    if (got == 0) return out.take();
    // EAGAIN: a million descriptors in a row were none of TCP sockets.
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return failure("list descriptors by BPF", errno);
    out.feed(std::span(buffer).first(static_cast<std::size_t>(got)));
  }
}

}  // namespace tcpstat::bpf

#endif
