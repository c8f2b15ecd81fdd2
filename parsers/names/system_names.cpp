#include "parsers/names/system_names.h"

#include <mntent.h>
#include <net/if.h>
#include <pwd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <sys/stat.h>

namespace tcpstat::names {
namespace {

std::string user_name(std::uint32_t uid) {
  passwd entry;
  passwd* found = nullptr;
  std::vector<char> buffer(1024);
  while (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == ERANGE && buffer.size() < 1024 * 1024) {
    buffer.resize(2 * buffer.size());
  }
  return found != nullptr ? found->pw_name : "";
}

std::string cgroup2_mount() {
  std::string path;
  FILE* mounts = ::setmntent("/proc/self/mounts", "re");
  if (mounts == nullptr) return path;
  mntent entry;
  std::array<char, 4096> buffer;
  while (::getmntent_r(mounts, &entry, buffer.data(), buffer.size()) != nullptr) {
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

std::string_view SystemNames::interface(std::uint32_t index) {
  const auto at = interfaces_.find(index);
  if (at != interfaces_.end()) return at->second;
  std::array<char, IF_NAMESIZE> name{};
  const bool found = ::if_indextoname(index, name.data()) != nullptr;
  return interfaces_.emplace(index, found ? name.data() : "").first->second;
}

std::string_view SystemNames::cgroup(std::uint64_t id) {
  auto at = cgroups_.find(id);
  if (at == cgroups_.end() && !cgroups_scanned_) {
    scan_cgroups();
    at = cgroups_.find(id);
  }
  return at != cgroups_.end() ? std::string_view(at->second) : std::string_view{};
}

/// A control group's id is the inode of its directory (cgroups(7), kernfs).
void SystemNames::scan_cgroups() {
  namespace fs = std::filesystem;
  cgroups_scanned_ = true;
  const std::string root = cgroup2_mount();
  if (root.empty()) return;
  const auto add = [&](const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return;
    cgroups_[status.st_ino] = path.size() > root.size() ? path.substr(root.size()) : "/";
  };
  add(root);
  std::error_code failed;
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
    if (at->is_directory(failed)) add(at->path().string());
  }
}

}  // namespace tcpstat::names
