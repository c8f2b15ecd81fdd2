#include "parsers/procfs/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <numeric>
#include <optional>
#include <string_view>
#include <thread>

#include "base/file_descriptor.h"

namespace tcpstat::procfs {
namespace {

struct Held {
  std::uint64_t inode;
  std::uint32_t pid;
  std::uint32_t fd;
  std::uint32_t name;  ///< index into the worker's names
};

template <typename Integer>
std::optional<Integer> parse_number(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Calls `visit` with each entry's name; false with errno set if the directory cannot be read.
// getdents64(2) itself: readdir(3) reads 32 KiB at a time as well, but allocates its buffer for every directory.
template <typename Visit>
bool for_each_entry(int directory, std::vector<char>& buffer, Visit visit) {
  while (true) {
    const long got = ::syscall(SYS_getdents64, directory, buffer.data(), buffer.size());
    if (got <= 0) return got == 0;
    for (long at = 0; at < got;) {
      // struct linux_dirent64: d_ino u64, d_off s64, d_reclen u16, d_type u8, d_name
      constexpr long kLength = 16;
      constexpr long kName = 19;
      std::uint16_t length = 0;
      std::memcpy(&length, buffer.data() + at + kLength, sizeof length);
      visit(std::string_view(buffer.data() + at + kName));
      at += length;
    }
  }
}

/// Reads processes until none is left; one worker a thread.
class Worker {
 public:
  Worker(int root, const std::vector<std::uint32_t>& pids, std::atomic<std::size_t>& next)
      : root_(root), pids_(pids), next_(next) {}

  void run() {
    for (std::size_t i = next_.fetch_add(1); i < pids_.size(); i = next_.fetch_add(1)) read_process(pids_[i]);
  }

  std::vector<Held> held;
  std::deque<std::string> names;
  std::uint64_t forbidden = 0;
  std::uint64_t vanished = 0;

 private:
  void count_failure() {
    if (errno == EACCES || errno == EPERM) {
      ++forbidden;
    } else {
      ++vanished;
    }
  }

  void read_process(std::uint32_t pid) {
    const std::string path = std::to_string(pid) + "/fd";
    const FileDescriptor directory(::openat(root_, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return count_failure();
    const std::size_t before = held.size();
    bool denied = false;
    const bool read = for_each_entry(directory.get(), entries_, [&](std::string_view name) {
      const auto fd = parse_number<std::uint32_t>(name);
      if (!fd) return;
      std::array<char, 64> target;
      const ssize_t size = ::readlinkat(directory.get(), name.data(), target.data(), target.size());
      if (size < 0) denied = denied || errno == EACCES || errno == EPERM;
      if (size <= 0) return;
      std::string_view text(target.data(), static_cast<std::size_t>(size));
      constexpr std::string_view kSocket = "socket:[";
      if (!text.starts_with(kSocket) || !text.ends_with(']')) return;
      text = text.substr(kSocket.size(), text.size() - kSocket.size() - 1);
      if (const auto inode = parse_number<std::uint64_t>(text)) {
        held.push_back({*inode, pid, *fd, static_cast<std::uint32_t>(names.size())});
      }
    });
    if (denied) {
      ++forbidden;
    } else if (!read) {
      count_failure();
    }
    if (held.size() > before) names.push_back(read_name(pid));
  }

  /// The comm: up to 15 bytes of the process's choice.
  [[nodiscard]] std::string read_name(std::uint32_t pid) const {
    const std::string path = std::to_string(pid) + "/comm";
    const FileDescriptor file(::openat(root_, path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 64> text;
    const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : -1;
    std::string name(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (name.ends_with('\n')) name.pop_back();
    return name.empty() ? "?" : name;
  }

  int root_;
  const std::vector<std::uint32_t>& pids_;
  std::atomic<std::size_t>& next_;
  std::vector<char> entries_ = std::vector<char>(32 * 1024);
};

}  // namespace

Expected<ProcessTable> ProcessTable::read(const std::string& proc_root) {
  const FileDescriptor root(::open(proc_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failure("look for the owners of sockets in " + proc_root, errno, "is /proc mounted?");

  ProcessTable table;
  std::vector<std::uint32_t> pids;
  std::vector<char> entries(32 * 1024);
  for_each_entry(root.get(), entries, [&](std::string_view name) {
    if (const auto pid = parse_number<std::uint32_t>(name)) pids.push_back(*pid);
  });
  // Every pid namespace has a process 1. If it is not to be seen, hidepid= hides processes (proc(5)).
  struct stat status;
  if (::fstatat(root.get(), "1", &status, 0) != 0) ++table.forbidden_;

  std::atomic<std::size_t> next{0};
  std::deque<Worker> workers;
  workers.emplace_back(root.get(), pids, next);
  {
    // The second core. /proc reads take locks of the process that is read, so more of them gain little.
    std::optional<std::jthread> second;
    constexpr std::size_t kWorthAThread = 16;
    if (pids.size() >= kWorthAThread && std::thread::hardware_concurrency() > 1) {
      Worker& worker = workers.emplace_back(root.get(), pids, next);
      second.emplace([&worker] { worker.run(); });
    }
    workers.front().run();
  }

  std::vector<Held> all;
  for (Worker& worker : workers) {
    const auto first_name = static_cast<std::uint32_t>(table.names_.size());
    for (std::string& name : worker.names) table.names_.push_back(std::move(name));
    for (Held& held : worker.held) held.name += first_name;
    all.insert(all.end(), worker.held.begin(), worker.held.end());
    table.forbidden_ += worker.forbidden;
    table.vanished_ += worker.vanished;
    worker.held = {};
  }
  std::sort(all.begin(), all.end(), [](const Held& a, const Held& b) {
    return std::tie(a.inode, a.pid, a.fd) < std::tie(b.inode, b.pid, b.fd);
  });
  table.inodes_.reserve(all.size());
  table.owners_.reserve(all.size());
  for (const Held& held : all) {
    table.inodes_.push_back(held.inode);
    table.owners_.push_back({held.pid, held.fd, table.names_[held.name]});
  }
  return table;
}

std::span<const Owner> ProcessTable::owners_of(std::uint64_t inode) const {
  const auto [first, last] = std::equal_range(inodes_.begin(), inodes_.end(), inode);
  return std::span(owners_).subspan(static_cast<std::size_t>(first - inodes_.begin()),
                                    static_cast<std::size_t>(last - first));
}

}  // namespace tcpstat::procfs
