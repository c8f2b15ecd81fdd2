#include "parsers/records/record_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tcpstat::records {

using record::kHeaderBytes;

Expected<RecordFile> RecordFile::open(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) return failure("open " + path, errno);
  return take(std::move(file), path);
}

Expected<RecordFile> RecordFile::take(FileDescriptor file, const std::string& path) {
  struct stat status;
  if (::fstat(file.get(), &status) != 0) return failure("open " + path, errno);
  if (!S_ISREG(status.st_mode)) return failure("read " + path, 0, "", "it is no regular file");
  RecordFile opened(path, std::move(file), static_cast<std::uint64_t>(status.st_size), status.st_ino);
  const auto header = record::decode_file_header(opened.bytes(0, kHeaderBytes), path);
  if (opened.error_ != 0) return failure("read " + path, opened.error_);
  if (!header) return tl::make_unexpected(header.error());
  opened.header_ = *header;
  return opened;
}

std::string_view RecordFile::bytes(std::uint64_t offset, std::size_t count) {
  // Headers of small frames stand close together.
  constexpr std::size_t kBlock = 4096;
  const bool here = offset >= block_at_ && offset + count <= block_at_ + block_.size();
  if (!here) {
    block_.resize(std::max(count, kBlock));
    std::size_t filled = 0;
    while (filled < block_.size()) {
      const ssize_t got =
          ::pread(file_.get(), block_.data() + filled, block_.size() - filled, static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) error_ = errno;
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
    }
    block_.resize(filled);
    block_at_ = offset;
  }
  const std::uint64_t from = offset - block_at_;
  return std::string_view(block_).substr(static_cast<std::size_t>(from), count);
}

std::optional<std::uint64_t> RecordFile::next_frame(std::uint64_t from) {
  // Most damage is small, and there may be much of it.
  constexpr std::size_t kLargestStep = std::size_t{1} << 20U;
  std::size_t step = std::size_t{1} << 12U;
  for (std::uint64_t at = from; at < size_; at += step, step = std::min(2 * step, kLargestStep)) {
    // A file may have a hole of any size, in which there is none (lseek(2)).
    const off_t data = ::lseek(file_.get(), static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno == ENXIO) return std::nullopt;
    if (data > 0) at = std::max(at, static_cast<std::uint64_t>(data));
    // A header may stand across the end of a step.
    const std::size_t found = record::find_frame(bytes(at, step + kHeaderBytes), 0);
    if (found != std::string_view::npos) return at + found;
  }
  return std::nullopt;
}

Expected<std::vector<FrameAt>> RecordFile::frames(std::vector<Damage>& damages) {
  std::vector<FrameAt> all;
  for (std::uint64_t at = kHeaderBytes; at < size_;) {
    const auto header = record::decode_frame_header(bytes(at, kHeaderBytes));
    if (error_ != 0) return failure("read " + path_, error_);
    FrameAt frame{at, header.value_or(record::FrameHeader())};
    if (header && frame.end() <= size_) {
      all.push_back(frame);
      at = frame.end();
      continue;
    }
    const auto next = next_frame(at + 1);
    if (error_ != 0) return failure("read " + path_, error_);
    const std::uint64_t end = next.value_or(size_);
    damages.push_back({at, end - at, !next});
    at = end;
  }
  return all;
}

std::string RecordFile::stored(const FrameAt& frame) {
  return std::string(bytes(frame.offset + kHeaderBytes, frame.header.stored));
}

std::optional<std::string> RecordFile::payload(const FrameAt& frame) {
  return record::decode_payload(frame.header, bytes(frame.offset + kHeaderBytes, frame.header.stored));
}

}  // namespace tcpstat::records
