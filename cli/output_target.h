#pragma once
// Where --output-file leads in the end, found step by step so that nobody else can lead it elsewhere.

#include <sys/stat.h>

#include <optional>
#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace tcpstat::cli {

/// A name in a directory that is held open: whatever becomes of the path, the name means the same.
struct OutputTarget {
  FileDescriptor directory;
  std::string name;
  /// What is there now, no symbolic link; nothing: a new file.
  std::optional<struct stat> existing;
  /// A link of /proc to an open file, such as /dev/stdout: only the kernel can follow it.
  bool open_file = false;
};

/// Follows symbolic links, except those that somebody else put where others may write: root would replace any file for
/// them (proc(5), protected_symlinks). A file of somebody else in a sticky directory is refused as well.
Expected<OutputTarget> find_output_target(const std::string& path);

}  // namespace tcpstat::cli
