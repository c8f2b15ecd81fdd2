#include "cli/state_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "cli/signals.h"

namespace tcpstat::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::string doing(const std::string& path) { return "use the state file " + path; }

/// Nothing if the file is plainly ours.
std::optional<std::string> objection(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "it is no regular file";
  if (status.st_uid != ::geteuid()) return "it belongs to another user";
  if (status.st_nlink > 1) return "it has other names";
  return std::nullopt;
}

Expected<FileDescriptor> open_ours(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  // lstat(2) comes first, because opening a device may have effects.
  struct stat status;
  if (::lstat(path.c_str(), &status) == 0) {
    if (S_ISLNK(status.st_mode)) return failure(doing(path), 0, "name the file itself", "it is a symbolic link");
    if (const auto why = objection(status)) return failure(doing(path), 0, "name another", *why);
  }
  FileDescriptor file(::open(path.c_str(), kFlags, 0600));
  if (!file) {
    const int code = errno;
    if (code == ELOOP) return failure(doing(path), 0, "name the file itself", "it is a symbolic link");
    return failure(doing(path), code, code == ENOENT ? "its directory must exist" : "");
  }
  if (::fstat(file.get(), &status) != 0) return failure(doing(path), errno);
  // A file that was removed since has no name, which is no objection: still_there() sees that it was replaced.
  if (const auto why = objection(status)) return failure(doing(path), 0, "name another", *why);
  return file;
}

/// Whether the path still leads to this file: another run may have replaced it while we waited.
Expected<bool> still_there(const std::string& path, const FileDescriptor& file) {
  struct stat opened;
  struct stat named;
  if (::fstat(file.get(), &opened) != 0) return failure(doing(path), errno);
  if (::lstat(path.c_str(), &named) != 0) {
    if (errno == ENOENT) return false;
    return failure(doing(path), errno);
  }
  return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

Expected<void> write_all(int fd, const std::string& text, const std::string& path) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("write the state file " + path, errno);
    done += static_cast<std::size_t>(count);
  }
  if (::fsync(fd) != 0) return failure("write the state file " + path, errno);
  return {};
}

}  // namespace

Expected<void> StateFile::open() {
  constexpr std::chrono::milliseconds kPause{20};
  const auto start = Clock::now();
  const auto is_late = [&] { return patience_ && Clock::now() - start >= *patience_; };
  while (true) {
    auto file = open_ours(path_);
    if (!file) return tl::make_unexpected(file.error());
    while (::flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return failure("lock the state file " + path_, errno);
      if (is_late()) {
        return failure(doing(path_), 0, "run them one after the other", "another run holds it");
      }
      std::this_thread::sleep_for(kPause);
    }
    const auto there = still_there(path_, *file);
    if (!there) return tl::make_unexpected(there.error());
    if (*there) {
      file_ = std::move(*file);
      return {};
    }
    // On some network file systems it never is: they give a file another number each time.
    if (is_late()) return failure(doing(path_), 0, "name one on a local file system", "it is replaced all the time");
    std::this_thread::sleep_for(kPause);
  }
}

Expected<check::Kept> StateFile::read() {
  struct stat status;
  if (::fstat(file_.get(), &status) != 0) return failure("read " + name(), errno);
  check::Kept kept;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    kept.doubt = Error{"trust " + name(), 0, "", "other users may write it"};
  }
  const auto too_large = [this] { return failure(doing(path_), 0, "name another", "it is too large to be one"); };
  if (static_cast<std::uint64_t>(status.st_size) > kMostBytes) return too_large();
  std::string& text = kept.text;
  std::array<char, 65536> block;
  while (text.size() <= kMostBytes) {
    const ssize_t count = ::pread(file_.get(), block.data(), block.size(), static_cast<off_t>(text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read " + name(), errno);
    if (count == 0) return kept;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  return too_large();
}

Expected<void> StateFile::replace(const std::string& text) {
  auto written = write_anew(text);
  file_ = FileDescriptor();
  return written;
}

Expected<void> StateFile::write_anew(const std::string& text) const {
  const SignalsHeld held;  // a second file stands beside the first
  std::string temporary = path_ + ".XXXXXX";
  const FileDescriptor fresh(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600, never an existing file
  if (!fresh)
    return failure("write the state file " + path_, errno, errno == EACCES ? "its directory must be writable" : "");
  auto written = write_all(fresh.get(), text, path_);
  if (written && ::rename(temporary.c_str(), path_.c_str()) != 0) {
    written = failure("write the state file " + path_, errno);
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  // The new name is on the disk when its directory is.
  const std::size_t slash = path_.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  if (const FileDescriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); folder) {
    ::fsync(folder.get());
  }
  return {};
}

}  // namespace tcpstat::cli
