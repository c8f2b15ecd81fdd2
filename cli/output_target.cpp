#include "cli/output_target.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>

namespace tcpstat::cli {
namespace {

bool is_ours(uid_t owner) { return owner == ::geteuid() || owner == 0; }

/// Whether somebody else may put names there.
bool others_may_write(const struct stat& directory) {
  return (directory.st_mode & (S_ISVTX | S_IWGRP | S_IWOTH)) != 0 || !is_ours(directory.st_uid);
}

/// The rule of fs/namei.c, may_follow_link(), whatever the sysctl says.
bool is_strangers_link(const struct stat& link, const struct stat& directory) {
  return !is_ours(link.st_uid) && others_may_write(directory);
}

/// The rule of fs/namei.c, may_create_in_sticky().
bool is_strangers_file(const struct stat& file, const struct stat& directory) {
  const bool sticky = (directory.st_mode & S_ISVTX) != 0 && (directory.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  return sticky && file.st_uid != ::geteuid() && file.st_uid != directory.st_uid &&
         (S_ISREG(file.st_mode) || S_ISFIFO(file.st_mode));
}

struct SplitPath {
  std::string directory;
  std::string name;
};

SplitPath split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

class Search {
 public:
  explicit Search(std::string path) : doing_("write " + path), path_(std::move(path)) {}

  Expected<OutputTarget> run() {
    constexpr int kMostLinks = 40;  // as the kernel, path_resolution(7)
    for (int links = 0; links < kMostLinks; ++links) {
      auto target = step();
      if (!target) return target;
      if (!next_) return target;
      path_ = *std::exchange(next_, std::nullopt);
    }
    return failure(doing_, ELOOP);
  }

 private:
  /// Looks at the last name of path_; if that is a link, next_ is where it leads.
  Expected<OutputTarget> step() {
    const SplitPath parts = split(path_);
    if (auto safe = check_directory(parts.directory); !safe) return tl::make_unexpected(safe.error());
    OutputTarget target;
    target.name = parts.name;
    target.directory = FileDescriptor(::open(parts.directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!target.directory) return failure(doing_, errno);
    if (parts.name.empty() || parts.name == "." || parts.name == "..") return failure(doing_, EISDIR);
    struct stat directory;
    struct stat status;
    if (::fstat(target.directory.get(), &directory) != 0) return failure(doing_, errno);
    if (::fstatat(target.directory.get(), parts.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) return failure(doing_, errno);
      return target;
    }
    if (S_ISLNK(status.st_mode)) {
      if (is_strangers_link(status, directory)) return strangers_link(path_);
      return follow(std::move(target), parts);
    }
    if (is_strangers_file(status, directory)) {
      return failure(doing_, 0, "name another file", "it belongs to somebody else, in a directory where all may write");
    }
    target.existing = status;
    return target;
  }

  Expected<OutputTarget> follow(OutputTarget target, const SplitPath& parts) {
    struct statfs filesystem {};
    target.open_file = ::fstatfs(target.directory.get(), &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
    if (target.open_file) return target;
    std::array<char, PATH_MAX> text;
    const ssize_t size = ::readlinkat(target.directory.get(), parts.name.c_str(), text.data(), text.size());
    if (size < 0) return failure(doing_, errno);
    const std::string_view to(text.data(), static_cast<std::size_t>(size));
    next_ = to.starts_with('/') ? std::string(to) : parts.directory + "/" + std::string(to);
    return target;
  }

  /// The directory may be a link itself.
  Expected<void> check_directory(const std::string& directory) {
    std::string link = directory;
    while (link.size() > 1 && link.ends_with('/')) link.pop_back();
    struct stat status;
    struct stat above;
    if (::lstat(link.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return {};
    if (::stat(split(link).directory.c_str(), &above) != 0 || !is_strangers_link(status, above)) return {};
    return tl::make_unexpected(strangers_link(link).value());
  }

  [[nodiscard]] tl::unexpected<Error> strangers_link(const std::string& link) const {
    const bool itself = doing_.ends_with(link);
    return failure(
        doing_, 0, "name the file itself",
        (itself ? "it" : link) + " is a symbolic link of somebody else, in a directory where others may write");
  }

  std::string doing_;
  std::string path_;
  std::optional<std::string> next_;
};

}  // namespace

Expected<OutputTarget> find_output_target(const std::string& path) { return Search(path).run(); }

}  // namespace tcpstat::cli
