#pragma once
// Writes a record: one writer a directory, one frame a sample and file, on the disk before the next sample is taken.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "record/cell_table.h"
#include "record/frame.h"
#include "record/retention.h"

namespace tcpstat::records {

/// What is written of one sample.
struct RecordedSample {
  std::int64_t wall_ns = 0;  ///< CLOCK_REALTIME
  std::int64_t boot_ns = 0;  ///< CLOCK_BOOTTIME
  std::uint32_t dump_us = 0;
  std::uint32_t sockets = 0;  ///< that the dump showed
  std::uint16_t flags = 0;    ///< of record::FrameFlag
  record::Identity identity = record::Identity::cookie;
  record::TableSample rows;
  record::TableSample counts;
  record::TableFacts facts;
};

struct WriterOptions {
  std::string directory;
  std::chrono::milliseconds interval{};
  record::RetentionLimits limits;
  std::uint64_t min_free_percent = 5;  ///< of the file system: with less nothing is written
  std::array<std::uint8_t, 16> boot_id{};
  std::vector<record::TableColumn> columns;
  /// One sentence for the user: a disk that is full, and that it is well again.
  std::function<void(const std::string&)> say;
};

class RecordWriter {
 public:
  /// Makes the directory where it is missing, takes its lock, removes what a run before it left half made. Fails if another
  /// process writes there.
  static Expected<std::unique_ptr<RecordWriter>> open(WriterOptions options);
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  /// Says in the record that it ended as it should.
  ~RecordWriter();

  /// Whether the next sample becomes a key frame of rows, which has everything of every row.
  [[nodiscard]] bool next_is_key() const;
  /// False if it could not be written: it was said, and the record is as it was.
  bool add(const RecordedSample& sample);
  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  class Stream;

  explicit RecordWriter(WriterOptions options);
  Expected<void> prepare();
  Expected<void> take_lock();
  Expected<void> mend_newest(record::FileKind kind, const std::vector<record::StoredFile>& files);
  Expected<void> write(const RecordedSample& sample);
  Expected<void> check_free_space() const;
  std::chrono::nanoseconds trusted_time(const RecordedSample& sample);
  /// Into `files_`; false if the directory cannot be read.
  bool list_anew();
  void keep_to_limits(std::chrono::nanoseconds now);
  Expected<void> thin(const std::string& name);

  WriterOptions options_;
  FileDescriptor lock_;
  std::unique_ptr<Stream> rows_;
  std::unique_ptr<Stream> counts_;
  std::uint64_t next_sample_ = 1;
  std::uint64_t written_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lost_in_a_row_ = 0;
  std::vector<record::StoredFile> files_;  ///< as they were listed last
  std::vector<std::string> thin_names_;
  std::optional<std::chrono::nanoseconds> started_;  ///< the wall clock when the boot clock began
};

}  // namespace tcpstat::records
