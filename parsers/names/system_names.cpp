#include "parsers/names/system_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <net/if.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "base/directory.h"
#include "base/file_descriptor.h"
#include "parsers/names/container_names.h"

namespace tcpstat::names {
namespace {

/// Reads /etc/passwd alone. That is nearly always enough and avoids the modules of nsswitch.conf(5), for which glibc
/// 2.36 allocates memory without a check. Nothing if the file has no such user.
std::optional<std::string> user_of_file(std::uint32_t uid) {
  const std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen("/etc/passwd", "re"), &std::fclose);
  if (file == nullptr) return errno == ENOENT ? std::nullopt : std::optional<std::string>("");
  passwd entry;
  passwd* found = nullptr;
  std::array<char, 4096> buffer;
  while (::fgetpwent_r(file.get(), &entry, buffer.data(), buffer.size(), &found) == 0) {
    if (entry.pw_uid == uid) return entry.pw_name;
  }
  return std::nullopt;
}

std::string user_name(std::uint32_t uid) {
  if (auto name = user_of_file(uid)) return *name;
  passwd entry;
  passwd* found = nullptr;
  std::vector<char> buffer(1024);
  while (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == ERANGE && buffer.size() < 1024 * 1024) {
    buffer.resize(2 * buffer.size());
  }
  return found != nullptr ? found->pw_name : "";
}

/// Nothing where the process has ended.
std::optional<CgroupPlace> read_place(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 16384> text;  // a dozen hierarchies
  std::size_t size = 0;
  while (file && size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == 0) return std::nullopt;
  return place_in({text.data(), size});
}

/// Of several mounts of it the first: later ones are those of containers, whose root is a part of the hierarchy.
std::string cgroup2_mount() {
  std::string path;
  FILE* mounts = ::setmntent("/proc/self/mounts", "re");
  if (mounts == nullptr) return path;
  mntent entry;
  std::array<char, 4096> buffer;
  while (path.empty() && ::getmntent_r(mounts, &entry, buffer.data(), buffer.size()) != nullptr) {
    if (std::string_view(entry.mnt_type) == "cgroup2") path = entry.mnt_dir;
  }
  ::endmntent(mounts);
  return path;
}

}  // namespace

std::string_view SystemNames::user(std::uint32_t uid) {
  if (last_user_ == nullptr || last_uid_ != uid) {
    auto at = users_.find(uid);
    if (at == users_.end()) at = users_.emplace(uid, user_name(uid)).first;
    last_uid_ = uid;
    last_user_ = &at->second;  // stays where it is when the map grows
  }
  return *last_user_;
}

bool SystemNames::has_user(std::string_view name) {
  passwd entry;
  passwd* found = nullptr;
  std::vector<char> buffer(16 * 1024);
  const std::string word(name);
  return ::getpwnam_r(word.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
}

std::string_view SystemNames::interface(std::uint32_t index) {
  const auto at = interfaces_.find(index);
  if (at != interfaces_.end()) return at->second;
  std::array<char, IF_NAMESIZE> name{};
  const bool found = ::if_indextoname(index, name.data()) != nullptr;
  return interfaces_.emplace(index, found ? name.data() : "").first->second;
}

std::string_view SystemNames::cgroup(std::uint64_t id) {
  if (!last_cgroup_ || last_cgroup_->first != id) last_cgroup_.emplace(id, find_cgroup(id));
  return last_cgroup_->second;
}

std::string_view SystemNames::find_cgroup(std::uint64_t id) {
  auto at = cgroups_.find(id);
  if (at == cgroups_.end() && !cgroups_scanned_) {
    scan_cgroups();
    at = cgroups_.find(id);
  }
  return at != cgroups_.end() ? std::string_view(at->second) : std::string_view{};
}

void SystemNames::forget() {
  last_user_ = nullptr;
  last_cgroup_.reset();
  last_place_.reset();
  users_.clear();
  interfaces_.clear();
  cgroups_.clear();
  cgroups_scanned_ = false;
  process_places_.clear();
  cgroup_places_.clear();
}

bool SystemNames::has_cgroup(std::string_view path) {
  if (!cgroups_scanned_) scan_cgroups();
  return std::any_of(cgroups_.begin(), cgroups_.end(), [path](const auto& one) { return one.second == path; });
}

const CgroupPlace* SystemNames::place_of_process(std::uint32_t pid) {
  const auto [at, fresh] = process_places_.try_emplace(pid);
  if (fresh) at->second = read_place(proc_ + "/" + std::to_string(pid) + "/cgroup");
  if (fresh && at->second) add_container_name(*at->second);
  return at->second ? &*at->second : nullptr;
}

const CgroupPlace* SystemNames::place_of_cgroup(std::uint64_t id) {
  if (!last_place_ || last_place_->first != id) last_place_.emplace(id, find_place_of_cgroup(id));
  return last_place_->second;
}

const CgroupPlace* SystemNames::find_place_of_cgroup(std::uint64_t id) {
  const auto at = cgroup_places_.find(id);
  if (at != cgroup_places_.end()) return &at->second;
  const std::string_view path = cgroup(id);
  if (path.empty()) return nullptr;
  CgroupPlace place = place_of(path);
  add_container_name(place);
  return &cgroup_places_.emplace(id, std::move(place)).first->second;
}

void SystemNames::add_container_name(CgroupPlace& place) {
  if (!is_container_id(place.container)) return;
  const auto [at, fresh] = container_names_.try_emplace(place.container);
  // If another /proc is read, these are the files that its first process sees.
  if (fresh) at->second = container_name(proc_ == "/proc" ? "" : proc_ + "/1/root", place.container);
  place.container_name = at->second;
}

/// A control group's id is the inode of its directory (cgroups(7), kernfs).
void SystemNames::scan_cgroups() {
  cgroups_scanned_ = true;
  const std::string root = cgroup2_mount();
  if (root.empty()) return;
  std::vector<char> buffer;
  std::vector<std::string> to_read = {""};  // below the root
  while (!to_read.empty()) {
    const std::string path = std::move(to_read.back());
    to_read.pop_back();
    const FileDescriptor directory(::open((root + path).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    if (!directory || ::fstat(directory.get(), &status) != 0) continue;
    cgroups_[status.st_ino] = path.empty() ? "/" : path;
    for_each_entry(directory.get(), buffer, [&](std::string_view name, unsigned char type) {
      if (type == DT_DIR && name != "." && name != "..") to_read.push_back(path + "/" + std::string(name));
    });
  }
}

}  // namespace tcpstat::names
