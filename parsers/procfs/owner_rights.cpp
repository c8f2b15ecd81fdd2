#include "parsers/procfs/owner_rights.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string_view>

namespace tcpstat::procfs {
namespace {

/// The text of a link like /proc/PID/ns/pid.
std::optional<std::string> link_text(int directory, const std::string& path) {
  std::array<char, 64> text;
  const ssize_t size = ::readlinkat(directory, path.c_str(), text.data(), text.size());
  if (size < 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(size));
}

constexpr bool has(std::uint64_t capabilities, unsigned number) { return (capabilities >> number & 1U) != 0; }

std::uint64_t effective_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return 0;
  return std::uint64_t{data[1].effective} << 32U | data[0].effective;
}

}  // namespace

std::string remedy_for(std::uint64_t capabilities, bool is_root) {
  std::string missing;
  if (!has(capabilities, CAP_SYS_PTRACE)) missing = "CAP_SYS_PTRACE";
  if (!has(capabilities, CAP_DAC_READ_SEARCH) && !has(capabilities, CAP_DAC_OVERRIDE)) {
    missing += missing.empty() ? "CAP_DAC_READ_SEARCH" : " and CAP_DAC_READ_SEARCH";
  }
  if (missing.empty())
    return "they may have ended, belong to another user namespace, or be kept shut by a security module";
  return is_root ? "root lacks " + missing + " here" : "run as root, or with " + missing;
}

std::string remedy() { return remedy_for(effective_capabilities(), ::geteuid() == 0); }

bool may_administer_network() { return has(effective_capabilities(), CAP_NET_ADMIN); }

bool shows_pid_namespace_below_host(const std::string& root) {
  // PROC_PID_INIT_INO, include/linux/proc_ns.h
  constexpr std::string_view kHost = "pid:[4026531836]";
  if (const auto first = link_text(AT_FDCWD, root + "/1/ns/pid")) return *first != kHost;
  // Only a /proc that sees us has "self", and if we are in the host's namespace, so is that /proc.
  const auto own = link_text(AT_FDCWD, root + "/self/ns/pid");
  return own && *own != kHost;
}

bool has_our_pids(int root) { return link_text(root, "self") == std::to_string(::getpid()); }

}  // namespace tcpstat::procfs
