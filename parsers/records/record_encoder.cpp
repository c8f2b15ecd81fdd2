#include "parsers/records/record_encoder.h"

#include <utility>

#include "record/counts.h"

namespace tcpstat::records {
namespace {

using record::FileKind;
using record::FrameHeader;
using record::FrameKind;

constexpr std::int64_t kSecond = 1'000'000'000;

/// The same of counts as kRowsOfAKey.
constexpr unsigned kCountsOfAKey = 360;

}  // namespace

std::chrono::nanoseconds period_of(FileKind kind) { return std::chrono::hours(kind == FileKind::rows ? 1 : 24); }

bool begins_anew(FileKind kind, const FrameHeader& before, const FrameHeader& now) {
  const std::int64_t period = period_of(kind).count();
  if (now.wall_ns / period != before.wall_ns / period) return true;
  // Within a file the wall clock goes as the boot clock does, so that times can be looked up.
  const std::int64_t step = (now.wall_ns - before.wall_ns) - (now.boot_ns - before.boot_ns);
  return step > kSecond || step < -kSecond;
}

RecordEncoder::Frames::Frames(FileKind kind, unsigned frames_of_a_key, std::vector<record::TableColumn> columns)
    : kind_(kind), frames_of_a_key_(frames_of_a_key), encoder_(std::move(columns), record::kToleranceMs) {}

std::string RecordEncoder::Frames::add(FrameHeader header, const record::TableSample& table,
                                       const record::TableFacts& facts, FrameKind& kind) {
  if (begins_anew(kind_, before_, header)) since_key_ = 0;
  before_ = header;
  header.kind = next_is_key() ? FrameKind::key : FrameKind::difference;
  header.rows = static_cast<std::uint32_t>(table.rows());
  kind = header.kind;
  since_key_ = header.kind == FrameKind::key ? 1 : since_key_ + 1;
  return encode_frame(header, kind == FrameKind::key ? encoder_.key(table, facts) : encoder_.difference(table));
}

RecordEncoder::RecordEncoder(std::vector<record::TableColumn> columns, std::uint64_t first_sample)
    : rows_(FileKind::rows, kRowsOfAKey, std::move(columns)),
      counts_(FileKind::counts, kCountsOfAKey, record::count_columns()),
      next_sample_(first_sample) {}

void RecordEncoder::begin_anew() {
  rows_.begin_anew();
  counts_.begin_anew();
}

EncodedSample RecordEncoder::encode(const RecordedSample& sample) {
  EncodedSample to;
  to.identity = sample.identity;
  to.header = {.flags = sample.flags,
               .sample = next_sample_++,
               .wall_ns = sample.wall_ns,
               .boot_ns = sample.boot_ns,
               .dump_us = sample.dump_us,
               .sockets = sample.sockets,
               .rows = static_cast<std::uint32_t>(sample.rows.rows())};
  to.rows = rows_.add(to.header, sample.rows, sample.facts, to.rows_kind);
  to.counts = counts_.add(to.header, sample.counts, sample.facts, to.counts_kind);
  return to;
}

}  // namespace tcpstat::records
