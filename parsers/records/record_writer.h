#pragma once
// The files of a record as their one writer has them: each sample is on the disk before the next one is written.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "parsers/records/record_encoder.h"
#include "record/frame.h"
#include "record/retention.h"

namespace tcpstat::records {

struct WriterOptions {
  std::string directory;
  std::chrono::milliseconds interval{};
  record::RetentionLimits limits;
  std::uint64_t min_free_percent = 5;  ///< of the file system; with less nothing is written
  std::array<std::uint8_t, 16> boot_id{};
  /// Takes a sentence for the user: that writing fails, or that it works again.
  std::function<void(const std::string&)> say;
};

class RecordWriter {
 public:
  /// Makes the directory if it is missing, takes its lock, and removes what an earlier run left half made. Fails if
  /// another process writes there.
  static Expected<std::unique_ptr<RecordWriter>> open(WriterOptions options);
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  /// Writes into the record that it ended as it should.
  ~RecordWriter();

  /// The number of the first sample of this run: the record has those before it.
  [[nodiscard]] std::uint64_t first_sample() const { return last_sample_ + 1; }
  /// False if it could not be written, which the user was told. Then only a sample that stands alone can be written,
  /// and the record tells how many are missing before it.
  bool add(const EncodedSample& sample);
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  class Stream;

  explicit RecordWriter(WriterOptions options);
  Expected<void> prepare();
  Expected<void> take_lock();
  Expected<void> mend_newest(record::FileKind kind, const std::vector<record::StoredFile>& files);
  Expected<void> write(const EncodedSample& sample);
  Expected<void> check_free_space() const;
  std::chrono::nanoseconds trusted_time(const record::FrameHeader& sample);
  /// Lists the files into `files_`; false if the directory cannot be read.
  bool list_anew();
  void keep_to_limits(std::chrono::nanoseconds now);
  Expected<void> thin(const std::string& name);

  WriterOptions options_;
  FileDescriptor lock_;
  std::unique_ptr<Stream> rows_;
  std::unique_ptr<Stream> counts_;
  std::uint64_t last_sample_ = 0;  ///< of the record; while the run lasts, the last that was written
  bool broken_off_ = true;         ///< nothing stands there that a difference could build on
  bool said_that_it_fails_ = false;
  bool said_that_it_stays_ = false;  ///< a file that is too old
  std::uint64_t written_ = 0;
  std::vector<record::StoredFile> files_;  ///< as they were listed last
  std::vector<std::string> thin_names_;
  std::optional<std::chrono::nanoseconds> started_;  ///< the wall clock when the boot clock began
};

}  // namespace tcpstat::records
