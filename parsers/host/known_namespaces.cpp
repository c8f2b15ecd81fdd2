#include "parsers/host/known_namespaces.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/directory.h"
#include "base/file_descriptor.h"
#include "parsers/host/network_namespace.h"
#include "parsers/procfs/proc_file.h"
#include "parsers/procfs/process_name.h"

namespace tcpstat::host {
namespace {

constexpr std::string_view kNamed = "/run/netns/";
/// The words of a namespace are tried in turn when it is entered; a few are enough.
constexpr std::size_t kMostWords = 4;

/// The blank, tab, newline and backslash of a path are written as octal numbers.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const char* first = text.data() + i + 1;
    const bool escaped =
        text[i] == '\\' && i + 3 < text.size() && std::from_chars(first, first + 3, code, 8).ptr == first + 3;
    out += escaped ? static_cast<char>(code) : text[i];
    if (escaped) i += 3;
  }
  return out;
}

std::uint64_t inode_of(const std::string& link, int& error) {
  std::array<char, 64> text{};
  const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
  error = size < 0 ? errno : 0;
  return size < 0 ? 0 : inode_in_link({text.data(), static_cast<std::size_t>(size)});
}

/// What was seen of one namespace.
struct Seen {
  KnownNamespace known;
  std::optional<std::string> name;
  std::optional<std::uint32_t> process;
  std::optional<std::string> path;
};

class Collector {
 public:
  Seen& at(std::uint64_t inode) {
    const auto [at, fresh] = places_.try_emplace(inode, seen_.size());
    if (fresh) seen_.emplace_back().known.inode = inode;
    return seen_[at->second];
  }

  /// The file has no bound: a busy host of containers has thousands of mounts.
  void add_mounts() {
    std::ifstream mounts("/proc/self/mountinfo");
    std::string line;
    errno = 0;
    while (std::getline(mounts, line)) add_mount(namespace_mount(line));
    if (!mounts.eof()) note("read /proc/self/mountinfo", errno);
  }

  /// Returns how many processes live in namespaces that cannot be seen.
  std::uint64_t add_processes() {
    const FileDescriptor directory(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::vector<char> buffer;
    std::vector<std::uint32_t> pids;
    std::vector<std::uint32_t> hidden;
    if (!directory) {
      note("look through /proc", errno);
      return 0;
    }
    const bool whole = for_each_entry(directory.get(), buffer, [&](std::string_view name, unsigned char) {
      std::uint32_t pid = 0;
      if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr == name.data() + name.size()) {
        pids.push_back(pid);
      }
    });
    if (!whole) note("look through /proc", errno);
    std::sort(pids.begin(), pids.end());
    for (const std::uint32_t pid : pids) {
      int error = 0;
      const std::uint64_t inode = inode_of("/proc/" + std::to_string(pid) + "/ns/net", error);
      const bool is_hidden = error == EACCES || error == EPERM;
      const bool has_ended = error == ENOENT || error == ESRCH;
      if (is_hidden) hidden.push_back(pid);
      if (error != 0 && !is_hidden && !has_ended) note("read /proc/" + std::to_string(pid) + "/ns/net", error);
      if (inode == 0) continue;
      Seen& seen = at(inode);
      if (!seen.process) seen.process = pid;
      if (seen.known.words.size() < kMostWords) seen.known.words.push_back(std::to_string(pid));
    }
    return count_elsewhere(hidden);
  }

  /// The first thing that could not be read.
  [[nodiscard]] const std::optional<Error>& incomplete() const { return incomplete_; }

  std::vector<KnownNamespace> finish() {
    // Our own, which comes first, was seen first.
    std::stable_sort(seen_.begin() + 1, seen_.end(), [](const Seen& a, const Seen& b) {
      if (a.name.has_value() != b.name.has_value()) return a.name.has_value();
      if (a.name) return *a.name < *b.name;
      return a.process.value_or(UINT32_MAX) < b.process.value_or(UINT32_MAX);
    });
    std::vector<KnownNamespace> out;
    for (Seen& seen : seen_) {
      seen.known.label = label_of(seen);
      out.push_back(std::move(seen.known));
    }
    return out;
  }

 private:
  [[nodiscard]] std::uint64_t count_elsewhere(const std::vector<std::uint32_t>& hidden) const {
    if (hidden.empty()) return 0;
    const auto file_of = [](const std::string& process) { return inode_of_table("/proc/" + process); };
    std::set<std::uint64_t> known = {file_of("thread-self")};
    for (const Seen& seen : seen_) {
      if (seen.process) known.insert(file_of(std::to_string(*seen.process)));
    }
    known.erase(0);
    return static_cast<std::uint64_t>(std::count_if(hidden.begin(), hidden.end(), [&](std::uint32_t pid) {
      return !known.contains(file_of(std::to_string(pid)));
    }));
  }

  void add_mount(NamespaceMount mount) {
    if (mount.inode == 0) return;
    Seen& seen = at(mount.inode);
    std::string word = mount.path;
    std::string_view name = mount.path;
    if (name.starts_with("/var")) name.remove_prefix(4);
    if (name.starts_with(kNamed) && name.find('/', kNamed.size()) == std::string_view::npos) {
      word = name.substr(kNamed.size());
      if (!seen.name || word < *seen.name) seen.name = word;
    } else if (!seen.path) {
      seen.path = word;
    }
    auto& words = seen.known.words;
    if (words.size() < kMostWords && std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(std::move(word));
    }
  }

  static std::string label_of(const Seen& seen) {
    if (seen.name) return *seen.name;
    if (!seen.process) return seen.path.value_or("");
    const std::string pid = std::to_string(*seen.process);
    const FileDescriptor proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return procfs::process_name(proc.get(), pid + "/") + "(" + pid + ")";
  }

  void note(std::string doing, int error) {
    if (!incomplete_) incomplete_ = failure(std::move(doing), error).value();
  }

  std::vector<Seen> seen_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  std::optional<Error> incomplete_;
};

}  // namespace

std::uint64_t inode_in_link(std::string_view text) {
  constexpr std::string_view kStart = "net:[";
  std::uint64_t inode = 0;
  if (!text.starts_with(kStart) || !text.ends_with(']')) return 0;
  text = text.substr(kStart.size(), text.size() - kStart.size() - 1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), inode);
  return error == std::errc{} && end == text.data() + text.size() ? inode : 0;
}

NamespaceMount namespace_mount(std::string_view line) {
  // ID, parent, device, root within the file system, mount point
  std::array<std::string_view, 5> fields;
  for (std::string_view& field : fields) {
    const std::size_t end = std::min(line.find(' '), line.size());
    field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  const std::uint64_t inode = inode_in_link(fields[3]);
  return inode == 0 ? NamespaceMount{} : NamespaceMount{inode, unescaped(fields[4])};
}

NamespaceList list_namespaces() {
  NamespaceList list;
  Collector all;
  int error = 0;
  const std::uint64_t own = inode_of("/proc/thread-self/ns/net", error);
  all.at(own == 0 ? inode_of("/proc/self/ns/net", error) : own);
  all.add_mounts();
  list.hidden_processes = all.add_processes();
  list.namespaces = all.finish();
  list.incomplete = all.incomplete();
  return list;
}

}  // namespace tcpstat::host
