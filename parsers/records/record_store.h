#pragma once
// A record for reading: a directory that `tcpstat record` writes, or one file of it. Nothing is written or locked.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "parsers/records/record_file.h"
#include "record/cell_table.h"
#include "record/retention.h"
#include "report/coverage.h"

namespace tcpstat::records {

using Time = std::chrono::nanoseconds;  ///< since 1970

/// Whether a file of this name is one of a record: "rows-….tcr", "counts-….tcr".
bool is_record_name(std::string_view name);
/// The files of a record in the order of their samples. Files with other names are no part of it. `refused`, which may
/// be null, gets why a file of it cannot be read.
Expected<std::vector<record::StoredFile>> list_files(const std::string& directory, std::vector<Error>* refused);

class RecordStore {
 public:
  static Expected<RecordStore> open(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// When the first file of rows begins; nothing if there is none.
  [[nodiscard]] std::optional<Time> first_time() const;

  /// Indexes the samples of all files that reach into the time from `from` to `to`, oldest first. Damage is told to
  /// `coverage`.
  Expected<void> index(Time from, Time to, Coverage& coverage);
  [[nodiscard]] std::size_t samples() const { return index_.size(); }
  [[nodiscard]] Time time(std::size_t sample) const { return Time(index_[sample].frame.header.wall_ns); }

  /// The last sample at or before a time; the index then has its file alone, and `coverage` gets what is to be said of
  /// it. Nothing: the record begins later. Time::max() stands for the end.
  Expected<std::optional<std::size_t>> find(Time at, Coverage& coverage);

  /// Makes `table()` that of a sample of the index. False if it cannot be read: why_not() says why.
  bool load(std::size_t sample);
  /// Completes "cannot read …: "; what happened to the sample that was loaded last.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] const record::Table& table() const { return table_; }
  [[nodiscard]] const record::FrameHeader& header() const { return index_[loaded_].frame.header; }
  [[nodiscard]] const record::FileHeader& file_header() const { return index_[loaded_].file; }

  /// Visits every sample of counts between two times. Damage is told to `coverage`. The index and `table()` stay as
  /// they are.
  using VisitCounts = std::function<void(const record::FileHeader&, const record::FrameHeader&, const record::Table&)>;
  Expected<void> counts(Time from, Time to, Coverage& coverage, const VisitCounts& visit) const;

 private:
  struct Entry {
    std::size_t file_number = 0;
    std::uint64_t inode = 0;  ///< of the file
    FrameAt frame;
    std::size_t key = 0;  ///< index of the key frame that it builds on
    record::FileHeader file;
  };
  static constexpr std::size_t kNone = SIZE_MAX;

  explicit RecordStore(std::string path) : path_(std::move(path)) {}
  Expected<void> add_file(std::size_t number, Coverage& coverage);
  Expected<RecordFile> open_file(const record::StoredFile& file) const;
  void begin(Coverage& coverage);
  void tell_refused(Coverage& coverage) const;
  void tell(const std::string& name, bool newest, const std::vector<Damage>& damages, Coverage& coverage) const;
  /// Tells that files of this kind lack the last samples, which those of the other kind have.
  void tell_missing_end(record::FileKind kind, Time from, Time to, Coverage& coverage) const;
  struct LastSample {
    std::uint64_t number = 0;
    Time at{};
    bool closed = false;  ///< the writer ended the file
  };
  /// Of the newest file of this kind; nothing if it has no sample, or there is no such file.
  [[nodiscard]] std::optional<LastSample> last_sample(record::FileKind kind) const;
  /// Whether a file ended before `from`; the newest may go on.
  [[nodiscard]] bool ended_before(std::size_t number, Time from) const;
  /// Tells how many samples of the index the writer could not write.
  void tell_lost(Time from, Time to, Coverage& coverage) const;
  void tell_gap(std::size_t found, std::size_t file, Time at, Coverage& coverage) const;
  /// Those that can be read; damage is not told.
  [[nodiscard]] Expected<std::vector<FrameAt>> frames_of(const record::StoredFile& file) const;
  /// The time of the file's last sample; nothing if none can be read.
  [[nodiscard]] std::optional<Time> last_time(const record::StoredFile& file) const;
  [[nodiscard]] bool is_newest(std::size_t number) const;
  /// The number of the next file of the same kind; the number of files if there is none.
  [[nodiscard]] std::size_t next_alike(std::size_t number) const;

  std::string path_;
  bool is_directory_ = false;
  std::vector<record::StoredFile> files_;
  std::vector<Error> refused_;  ///< files that cannot be read
  std::vector<Entry> index_;
  std::optional<std::size_t> open_number_;
  std::optional<RecordFile> opened_;
  record::Table table_;
  std::size_t loaded_ = kNone;
  std::string why_not_;
};

}  // namespace tcpstat::records
