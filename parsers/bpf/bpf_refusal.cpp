#include "parsers/bpf/bpf_refusal.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/file_descriptor.h"

namespace tcpstat::bpf {
namespace {

constexpr const char* kDoing = "trace by BPF";
// Linux 5.12: bpf_get_socket_cookie() in programs of this kind; all else they need is older.
constexpr unsigned kMajor = 5;
constexpr unsigned kMinor = 12;

bool has(const std::array<__user_cap_data_struct, 2>& sets, unsigned capability) {
  return (sets[capability / 32].effective >> (capability % 32) & 1U) != 0;
}

bool permitted() {
  constexpr unsigned kPerfmon = 38;  // CAP_PERFMON, CAP_BPF: Linux 5.8
  constexpr unsigned kBpf = 39;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  ::syscall(SYS_capget, &header, sets.data());  // where it fails there are none
  return has(sets, CAP_SYS_ADMIN) || (has(sets, kBpf) && has(sets, kPerfmon));
}

/// "none [integrity] confidentiality": the one in brackets.
std::string lockdown() {
  const FileDescriptor file(::open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : 0;
  const std::string_view words(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const auto open = words.find('[');
  const auto close = words.find(']', open == words.npos ? 0 : open);
  return open == words.npos || close == words.npos ? "" : std::string(words.substr(open + 1, close - open - 1));
}

}  // namespace

BpfHost look_at_host() {
  BpfHost host;
#ifndef TCPSTAT_WITH_BPF
  host.built_in = false;
#endif
  host.has_btf = ::access("/sys/kernel/btf/vmlinux", R_OK) == 0;
  host.is_permitted = permitted();
  host.lockdown = lockdown();
  utsname names{};
  if (::uname(&names) == 0) (void)std::sscanf(names.release, "%u.%u", &host.major, &host.minor);
  return host;
}

Verdict may_trace(const BpfHost& host) {
  const auto no = [](int code, std::string hint, std::string what) {
    return Verdict{false, failure(kDoing, code, std::move(hint), std::move(what)).value()};
  };
  if (!host.built_in) {
    return no(0, "building it with them takes Debian's libbpf-dev, bpftool, clang and llvm",
              "this tcpstat was built without BPF programs");
  }
  if (host.major != 0 && (host.major < kMajor || (host.major == kMajor && host.minor < kMinor))) {
    return no(0, "Linux 5.12 and later can",
              "this kernel is Linux " + std::to_string(host.major) + "." + std::to_string(host.minor));
  }
  if (!host.has_btf) return no(0, "one that is built with CONFIG_DEBUG_INFO_BTF has it", "this kernel has no BTF");
  if (host.lockdown == "confidentiality") {
    return no(0, "see /sys/kernel/security/lockdown", "this kernel is locked down for confidentiality");
  }
  if (!host.is_permitted) return no(0, "run as root", "it takes CAP_BPF and CAP_PERFMON");
  return {};
}

Error load_failure(const BpfHost& host, int code) {
  if (const Verdict known = may_trace(host); !known.possible) return known.error;
  const bool locked = !host.lockdown.empty() && host.lockdown != "none";
  const bool refused = code == EPERM || code == EACCES;
  std::string hint;
  if (refused && locked) hint = "this kernel is locked down: " + host.lockdown;
  if (refused && !locked) hint = "a seccomp filter, a security module or a user namespace may forbid it";
  if (code == EINVAL || code == EOPNOTSUPP) hint = "this kernel does not know a part of the programs";
  return failure(kDoing, code, std::move(hint)).value();
}

}  // namespace tcpstat::bpf
