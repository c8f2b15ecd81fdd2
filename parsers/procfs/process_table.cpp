#include "parsers/procfs/process_table.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <map>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>

#include "base/directory.h"
#include "base/file_descriptor.h"
#include "parsers/procfs/owner_rights.h"
#include "parsers/procfs/process_name.h"

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

/// How to read: the same for all workers.
struct Walk {
  int root;
  ProcessTable::Threads threads;
  bool our_pids;  ///< kcmp(2) means the same processes as the tree
};

/// Reads processes until none is left; one worker a thread.
class Worker {
 public:
  Worker(const Walk& walk, const std::vector<std::uint32_t>& pids, std::atomic<std::size_t>& next)
      : walk_(walk), pids_(pids), next_(next) {}

  void run() {
    for (std::size_t i = next_.fetch_add(1); i < pids_.size(); i = next_.fetch_add(1)) {
      const std::size_t before = held.size();
      try {
        read_process(pids_[i]);
      } catch (const std::bad_alloc&) {  // nothing may leave a thread
        held.resize(before);
        if (search.error == 0) search.error = ENOMEM;
        ++search.failed;
      }
    }
  }

  std::vector<Held> held;
  std::deque<std::string> names;
  OwnerSearch search;

 private:
  /// What came of one process: the worst of its parts counts.
  enum class Outcome : std::uint8_t { read, vanished, forbidden, failed };

  /// The outcome of the system call that just failed.
  Outcome failure_of_call() {
    if (errno == ENOENT || errno == ESRCH) return Outcome::vanished;
    if (errno == EACCES || errno == EPERM) return Outcome::forbidden;
    if (search.error == 0) search.error = errno;
    return Outcome::failed;
  }

  void read_process(std::uint32_t pid) {
    // Everything is read below one descriptor, because a PID may be given to another process in between.
    const FileDescriptor process(::openat(walk_.root, std::to_string(pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    Outcome outcome = process ? Outcome::read : failure_of_call();
    if (process) {
      const std::size_t before = held.size();
      entries_seen_ = 0;
      outcome = read_descriptors(process.get(), "fd", pid);
      if (outcome == Outcome::read) outcome = read_threads(process.get(), pid);
      if (held.size() > before) outcome = std::max(outcome, read_name(process.get()));
    }
    count(outcome);
  }

  void count(Outcome outcome) {
    switch (outcome) {
      case Outcome::read:
        ++search.read;
        return;
      case Outcome::vanished:
        ++search.vanished;
        return;
      case Outcome::forbidden:
        ++search.forbidden;
        return;
      case Outcome::failed:
        ++search.failed;
        return;
    }
  }

  /// The sockets of one table of descriptors: PID/fd or PID/task/TID/fd.
  Outcome read_descriptors(int process, const std::string& path, std::uint32_t pid) {
    const FileDescriptor directory(::openat(process, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return failure_of_call();
    Outcome outcome = Outcome::read;
    const bool read = for_each_entry(directory.get(), entries_, [&](std::string_view name, unsigned char) {
      const auto fd = parse_number<std::uint32_t>(name);
      if (!fd) return;
      ++entries_seen_;
      std::array<char, 64> target;
      const ssize_t size = ::readlinkat(directory.get(), name.data(), target.data(), target.size());
      if (size < 0) {
        // A descriptor that was closed meanwhile is none that we miss.
        const Outcome one = failure_of_call();
        if (one != Outcome::vanished) outcome = std::max(outcome, one);
        return;
      }
      if (const auto inode = socket_inode({target.data(), static_cast<std::size_t>(size)})) {
        held.push_back({*inode, pid, *fd, static_cast<std::uint32_t>(names.size())});
      }
    });
    return read ? outcome : std::max(outcome, failure_of_call());
  }

  /// "socket:[4711]" -> 4711.
  static std::optional<std::uint64_t> socket_inode(std::string_view text) {
    constexpr std::string_view kSocket = "socket:[";
    if (!text.starts_with(kSocket) || !text.ends_with(']')) return std::nullopt;
    return parse_number<std::uint64_t>(text.substr(kSocket.size(), text.size() - kSocket.size() - 1));
  }

  /// Reads the threads that have descriptors of their own. A process whose main thread has ended shows none in PID/fd.
  Outcome read_threads(int process, std::uint32_t pid) {
    const bool main_has_none = entries_seen_ == 0;
    constexpr nlink_t kOneThread = 3;  // two for the directory and one for each below it
    struct stat status;
    if (::fstatat(process, "task", &status, 0) != 0) return thread_outcome();
    if (status.st_nlink <= kOneThread) return Outcome::read;
    const FileDescriptor task(::openat(process, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!task) return thread_outcome();
    std::vector<std::uint32_t> threads;
    const bool listed = for_each_entry(task.get(), entries_, [&](std::string_view name, unsigned char) {
      if (const auto thread = parse_number<std::uint32_t>(name); thread && *thread != pid) threads.push_back(*thread);
    });
    Outcome outcome = listed ? Outcome::read : thread_outcome();
    std::vector<std::uint32_t> read = {pid};
    for (const std::uint32_t thread : threads) {
      const Sharing sharing = shares_descriptors(read, thread);
      const bool unknown_and_wanted = main_has_none || walk_.threads == ProcessTable::Threads::all;
      if (sharing == Sharing::yes || (sharing == Sharing::unknown && !unknown_and_wanted)) continue;
      read.push_back(thread);
      const Outcome one = read_descriptors(process, "task/" + std::to_string(thread) + "/fd", pid);
      if (one != Outcome::vanished) outcome = std::max(outcome, one);
    }
    return outcome;
  }

  /// The same for a call about threads. The process itself was read before, so it may have ended now.
  Outcome thread_outcome() {
    const Outcome outcome = failure_of_call();
    return outcome == Outcome::vanished ? Outcome::read : outcome;
  }

  enum class Sharing : std::uint8_t { no, yes, unknown };

  [[nodiscard]] Sharing shares_descriptors(const std::vector<std::uint32_t>& read, std::uint32_t thread) const {
    if (!walk_.our_pids) return Sharing::unknown;
    for (const std::uint32_t other : read) {
      const long answer = ::syscall(SYS_kcmp, other, thread, KCMP_FILES, 0, 0);
      if (answer < 0) return Sharing::unknown;
      if (answer == 0) return Sharing::yes;
    }
    return Sharing::no;
  }

  /// Appends the process's name to names.
  Outcome read_name(int process) {
    const std::string name = process_name(process, "");
    names.push_back(name.empty() ? "?" : name);
    return name.empty() ? thread_outcome() : Outcome::read;
  }

  Walk walk_;
  const std::vector<std::uint32_t>& pids_;
  std::atomic<std::size_t>& next_;
  std::vector<char> entries_;
  std::size_t entries_seen_ = 0;  ///< of the tables of the process that is read
};

/// Runs the workers, on a second core too if there is one and a thread can be started.
// Reads of /proc take locks of the process that is read, so more threads would gain little.
void run_all(std::deque<Worker>& workers, const Walk& walk, const std::vector<std::uint32_t>& pids,
             std::atomic<std::size_t>& next) {
  std::optional<std::jthread> second;
  constexpr std::size_t kWorthAThread = 16;
  if (pids.size() >= kWorthAThread && std::thread::hardware_concurrency() > 1) {
    Worker& worker = workers.emplace_back(walk, pids, next);
    try {
      second.emplace([&worker] { worker.run(); });
    } catch (const std::system_error&) {
      // A limit of processes was reached: the first reads them all.
    }
  }
  workers.front().run();
}

void leave_out(const HeldSockets& known, std::vector<std::uint32_t>& pids) {
  std::vector<std::uint32_t> there;
  for (const HeldSockets::Process& process : known.processes) there.push_back(process.pid);
  std::sort(there.begin(), there.end());
  std::erase_if(pids, [&](std::uint32_t pid) { return std::binary_search(there.begin(), there.end(), pid); });
}

std::vector<Held> take_over(const HeldSockets& known, std::deque<std::string>& names) {
  for (const HeldSockets::Process& process : known.processes)
    names.push_back(process.name.empty() ? "?" : process.name);
  std::vector<Held> out;
  out.reserve(known.sockets.size());
  for (const HeldSockets::Descriptor& one : known.sockets) {
    out.push_back({one.inode, known.processes[one.process].pid, one.fd, one.process});
  }
  return out;
}

}  // namespace

Expected<ProcessTable> ProcessTable::read(const std::string& proc_root, Threads threads) {
  return read(proc_root, threads, nullptr);
}

Expected<ProcessTable> ProcessTable::complete(const HeldSockets& known, const std::string& proc_root) {
  return read(proc_root, Threads::told_apart, &known);
}

Expected<ProcessTable> ProcessTable::read(const std::string& proc_root, Threads threads, const HeldSockets* known) {
  const std::string doing = "look for the owners of sockets in " + proc_root;
  const FileDescriptor root(::open(proc_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failure(doing, errno, "is /proc mounted?");

  ProcessTable table;
  OwnerSearch& search = table.search_;
  std::vector<std::uint32_t> pids;
  std::vector<char> entries;
  const bool listed = for_each_entry(root.get(), entries, [&](std::string_view name, unsigned char) {
    if (const auto pid = parse_number<std::uint32_t>(name)) pids.push_back(*pid);
  });
  if (!listed) return failure(doing, errno);
  if (known != nullptr) leave_out(*known, pids);

  std::atomic<std::size_t> next{0};
  const Walk walk{root.get(), threads, has_our_pids(root.get())};
  std::deque<Worker> workers;
  workers.emplace_back(walk, pids, next);
  run_all(workers, walk, pids, next);

  std::vector<Held> all;
  if (known != nullptr) {
    all = take_over(*known, table.names_);
    search.read += known->processes.size();
  }
  for (Worker& worker : workers) {
    const auto first_name = static_cast<std::uint32_t>(table.names_.size());
    for (std::string& name : worker.names) table.names_.push_back(std::move(name));
    for (Held& held : worker.held) held.name += first_name;
    all.insert(all.end(), worker.held.begin(), worker.held.end());
    search.read += worker.search.read;
    search.forbidden += worker.search.forbidden;
    search.failed += worker.search.failed;
    search.vanished += worker.search.vanished;
    if (search.error == 0) search.error = worker.search.error;
    worker.held = {};
  }
  // Every PID namespace has a process 1. If it is not visible, hidepid= hides processes (proc(5)).
  struct stat status;
  if (search.saw_processes() && ::fstatat(root.get(), "1", &status, 0) != 0) {
    if (errno == ENOENT) {
      ++search.forbidden;
    } else {
      ++search.failed;
      if (search.error == 0) search.error = errno;
    }
  }
  search.below_host = shows_pid_namespace_below_host(proc_root);
  if (search.forbidden > 0) search.remedy = remedy();

  const auto key = [](const Held& one) { return std::tie(one.inode, one.pid, one.fd); };
  std::sort(all.begin(), all.end(), [key](const Held& a, const Held& b) { return key(a) < key(b); });
  // Threads that share a table, but were not told apart, bring each descriptor again.
  all.erase(std::unique(all.begin(), all.end(), [key](const Held& a, const Held& b) { return key(a) == key(b); }),
            all.end());
  table.inodes_.reserve(all.size());
  table.owners_.reserve(all.size());
  for (const Held& held : all) {
    table.inodes_.push_back(held.inode);
    table.owners_.push_back({held.pid, held.fd, table.names_[held.name]});
  }
  table.root_ = proc_root;
  table.asked_ = std::make_unique<Asked>(all.size());
  return table;
}

std::span<const Owner> ProcessTable::owners_of(std::uint64_t inode) const {
  const auto [first, last] = std::equal_range(inodes_.begin(), inodes_.end(), inode);
  if (first != last)
    asked_->of[static_cast<std::size_t>(first - inodes_.begin())].store(true, std::memory_order_relaxed);
  return std::span(owners_).subspan(static_cast<std::size_t>(first - inodes_.begin()),
                                    static_cast<std::size_t>(last - first));
}

std::uint64_t ProcessTable::netns_of(std::uint32_t pid) const {
  const std::lock_guard lock(asked_->mutex);
  const auto [known, added] = asked_->namespaces.try_emplace(pid, 0);
  struct stat status;
  const std::string path = root_ + "/" + std::to_string(pid) + "/ns/net";
  if (added && ::stat(path.c_str(), &status) == 0) known->second = status.st_ino;
  return known->second;
}

std::optional<std::vector<Untabled>> ProcessTable::untabled(std::uint64_t netns) const {
  // Each takes two system calls. Most hosts have far fewer sockets that are not of TCP.
  constexpr std::size_t kMostLooks = 50'000;
  std::size_t looks = 0;
  std::map<std::uint32_t, Untabled> by_pid;
  for (std::size_t at = 0; at < inodes_.size(); ++at) {
    const bool first = at == 0 || inodes_[at - 1] != inodes_[at];
    const Owner& owner = owners_[at];
    if (!first || asked_->of[at].load(std::memory_order_relaxed)) continue;
    const std::string process = root_ + "/" + std::to_string(owner.pid);
    struct stat status;
    if (netns_of(owner.pid) != netns) continue;
    if (++looks > kMostLooks) return std::nullopt;
    // The descriptor may be another file by now; "TCP" and "TCPv6" are what sockfs calls them (net/socket.c).
    const std::string descriptor = process + "/fd/" + std::to_string(owner.fd);
    std::array<char, 16> protocol{};
    if (::stat(descriptor.c_str(), &status) != 0 || status.st_ino != inodes_[at]) continue;
    if (::getxattr(descriptor.c_str(), "system.sockprotoname", protocol.data(), protocol.size() - 1) < 0) continue;
    const std::string_view name = protocol.data();
    if (name != "TCP" && name != "TCPv6") continue;
    Untabled& found = by_pid[owner.pid];
    found.pid = owner.pid;
    found.name = owner.name;
    ++found.sockets;
  }
  std::vector<Untabled> out;
  for (auto& [pid, found] : by_pid) out.push_back(std::move(found));
  std::stable_sort(out.begin(), out.end(), [](const Untabled& a, const Untabled& b) { return a.sockets > b.sockets; });
  return out;
}

}  // namespace tcpstat::procfs
