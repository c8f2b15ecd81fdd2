#pragma once
// One file of a record, for reading: its frames from front to back, and where it is damaged.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "record/frame.h"

namespace tcpstat::records {

struct FrameAt {
  std::uint64_t offset = 0;  ///< of its header
  record::FrameHeader header;

  [[nodiscard]] std::uint64_t end() const { return offset + record::kHeaderBytes + header.stored; }
};

/// Bytes that are no frame.
struct Damage {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  bool at_end = false;  ///< nothing whole stands behind it: a write that was cut off, or is not finished
};

class RecordFile {
 public:
  /// A regular file, opened without following a link. `path` is what sentences call it.
  static Expected<RecordFile> open(const std::string& path);
  /// The same for a descriptor that is open already.
  static Expected<RecordFile> take(FileDescriptor file, const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const record::FileHeader& header() const { return header_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Which file it is: another one may have taken its name.
  [[nodiscard]] std::uint64_t inode() const { return inode_; }
  /// What a read ended with; 0: none has failed.
  [[nodiscard]] int error() const { return error_; }

  /// Every frame whose header and length are whole. The payloads are not read.
  Expected<std::vector<FrameAt>> frames(std::vector<Damage>& damages);
  /// The payload, unpacked; nothing if it is damaged.
  std::optional<std::string> payload(const FrameAt& frame);
  /// The payload as it stands in the file; shorter if it cannot be read.
  std::string stored(const FrameAt& frame);

 private:
  RecordFile(std::string path, FileDescriptor file, std::uint64_t size, std::uint64_t inode)
      : path_(std::move(path)), file_(std::move(file)), size_(size), inode_(inode) {}
  /// The bytes at `offset`; fewer at the end of the file.
  std::string_view bytes(std::uint64_t offset, std::size_t count);
  std::optional<std::uint64_t> next_frame(std::uint64_t from);

  std::string path_;
  FileDescriptor file_;
  std::uint64_t size_;
  std::uint64_t inode_;
  record::FileHeader header_;
  std::string block_;
  std::uint64_t block_at_ = 0;
  int error_ = 0;
};

}  // namespace tcpstat::records
