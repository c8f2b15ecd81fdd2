#pragma once
// Encodes a sample for the files of a record: two frames, made without a look at the disk.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "record/cell_table.h"
#include "record/frame.h"

namespace tcpstat::records {

/// How many samples a key frame of rows and the differences that build on it have.
inline constexpr unsigned kRowsOfAKey = 60;

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

/// A file stays within one of these, counted from 1970: rows within an hour, counts within a day.
std::chrono::nanoseconds period_of(record::FileKind kind);

/// Whether the next file of this kind begins: the wall clock has entered the next period, or has moved against the boot
/// clock.
bool begins_anew(record::FileKind kind, const record::FrameHeader& before, const record::FrameHeader& now);

/// A sample as it is written to its files.
struct EncodedSample {
  record::FrameHeader header;  ///< what its frames share
  record::Identity identity = record::Identity::cookie;
  record::FrameKind rows_kind = record::FrameKind::key;
  record::FrameKind counts_kind = record::FrameKind::key;
  std::string rows;  ///< whole frames
  std::string counts;

  /// Whether it builds on no sample before it.
  [[nodiscard]] bool stands_alone() const {
    return rows_kind == record::FrameKind::key && counts_kind == record::FrameKind::key;
  }
  [[nodiscard]] std::size_t bytes() const { return rows.size() + counts.size(); }
};

class RecordEncoder {
 public:
  RecordEncoder(std::vector<record::TableColumn> columns, std::uint64_t first_sample);

  /// Whether the next sample becomes a key frame of rows, which has everything of every row.
  [[nodiscard]] bool next_is_key() const { return rows_.next_is_key(); }
  /// Makes the next sample stand alone, because one before it may be missing.
  void begin_anew();
  EncodedSample encode(const RecordedSample& sample);

 private:
  /// The frames of one kind, one after the other.
  class Frames {
   public:
    Frames(record::FileKind kind, unsigned frames_of_a_key, std::vector<record::TableColumn> columns);
    [[nodiscard]] bool next_is_key() const {
      return since_key_ == 0 || since_key_ >= frames_of_a_key_ || encoder_.wants_key();
    }
    void begin_anew() { since_key_ = 0; }
    std::string add(record::FrameHeader header, const record::TableSample& table, const record::TableFacts& facts,
                    record::FrameKind& kind);

   private:
    record::FileKind kind_;
    unsigned frames_of_a_key_;
    record::TableEncoder encoder_;
    unsigned since_key_ = 0;
    record::FrameHeader before_;
  };

  Frames rows_;
  Frames counts_;
  std::uint64_t next_sample_;
};

}  // namespace tcpstat::records
