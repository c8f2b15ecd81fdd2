#include "parsers/host/network_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "base/directory.h"
#include "base/file_descriptor.h"
#include "model/netns.h"

namespace tcpstat::host {
namespace {

constexpr const char* kNamedDirectory = "/run/netns";

}  // namespace

bool is_process_number(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Expected<NamespaceTarget> find_namespace(const std::string& word, const std::string& proc_root) {
  NamespaceTarget target;
  const std::string doing = "find the network namespace \"" + word + "\"";
  struct stat status;
  if (is_process_number(word)) {
    std::uint32_t pid = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), pid);
    const std::string process = proc_root + "/" + word;
    if (error != std::errc{} || ::stat(process.c_str(), &status) != 0) {
      // Every PID namespace has a process 1; if it is not visible, others may be hidden too (proc(5), hidepid).
      const bool all_visible = ::stat((proc_root + "/1").c_str(), &status) == 0;
      return failure(doing, 0,
                     proc_root == "/proc" ? "names and paths work too; see: tcpstat --list netns"
                                          : "name a process of " + proc_root,
                     all_visible ? "there is no process " + word
                                 : "process " + word + " is not visible (hidepid) or does not exist");
    }
    target.pid = pid;
    target.path = process + "/ns/net";
    return target;
  }
  target.path = word.find('/') == std::string::npos ? std::string(kNamedDirectory) + "/" + word : word;
  if (::stat(target.path.c_str(), &status) != 0) return failure(doing, errno, "see: tcpstat --list netns");
  // Opening a FIFO would wait for its writer.
  if (!S_ISREG(status.st_mode)) return failure(doing, 0, "see: tcpstat --list netns", "it is no network namespace");
  return target;
}

Expected<void> enter_namespace(const NamespaceTarget& target) {
  const std::string doing = "enter the network namespace " + target.path;
  const FileDescriptor file(::open(target.path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  const bool is_root = ::geteuid() == 0;
  if (!file) {
    if (errno != EACCES) return failure(doing, errno);
    return failure(doing, EACCES, is_root ? "root lacks CAP_SYS_PTRACE here" : "run as root");
  }
  if (::setns(file.get(), CLONE_NEWNET) != 0) {
    if (errno == EINVAL) return failure(doing, 0, "see: tcpstat --list netns", "it is no network namespace");
    const std::string other_way = "name a process of it: --netns PID";
    return failure(doing, errno,
                   is_root ? "root lacks CAP_SYS_ADMIN here; " + other_way : "run as root, or " + other_way);
  }
  return {};
}

Expected<std::vector<std::string>> namespace_names() {
  std::vector<std::string> names;
  const FileDescriptor directory(::open(kNamedDirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory && errno == ENOENT) return names;  // ip-netns(8) makes it with the first name
  std::vector<char> buffer;
  const bool read = directory && for_each_entry(directory.get(), buffer, [&](std::string_view name, unsigned char) {
                      if (name != "." && name != "..") names.emplace_back(name);
                    });
  if (!read) return failure(std::string("list ") + kNamedDirectory, errno);
  std::sort(names.begin(), names.end());
  return names;
}

bool belongs_to_others(const std::string& root) {
  std::array<char, 32> target;
  const auto link = [&](const std::string& path) {
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    return std::string(target.data(), static_cast<std::size_t>(size < 0 ? 0 : size));
  };
  // A directory that is no procfs mount has no such link; its net is what somebody put there.
  return link(root + "/net") == "self/net" && link(root + "/self") != std::to_string(::getpid());
}

std::optional<std::uint64_t> namespace_inode(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_ino;
}

std::uint64_t inode_of_table(const std::string& process) { return namespace_inode(process + "/net/tcp").value_or(0); }

std::uint64_t namespace_number(const NamespaceTarget& target) {
  if (const auto inode = namespace_inode(target.path)) return *inode;
  constexpr std::string_view kNamespace = "/ns/net";
  if (!target.pid || !target.path.ends_with(kNamespace)) return 0;
  const std::uint64_t table = inode_of_table(target.path.substr(0, target.path.size() - kNamespace.size()));
  return table == 0 ? 0 : table | kUnreadNetns;
}

}  // namespace tcpstat::host
