#include "record/retention.h"

#include <algorithm>

namespace tcpstat::record {
namespace {

using Action = RetentionStep::Action;

/// A file ends where the next one of its kind begins; where the newest ends is not known.
bool has_expired(const std::vector<StoredFile>& files, std::size_t at, std::chrono::nanoseconds oldest) {
  if (files[at].open) return false;
  for (std::size_t next = at + 1; next < files.size(); ++next) {
    if (files[next].kind == files[at].kind) return files[next].begin <= oldest;
  }
  return false;
}

}  // namespace

std::optional<RetentionStep> next_step(const std::vector<StoredFile>& files, std::chrono::nanoseconds now,
                                       const RetentionLimits& limits) {
  for (std::size_t i = 0; limits.keep && i < files.size(); ++i) {
    if (has_expired(files, i, now - *limits.keep)) return RetentionStep{files[i].name, Action::remove};
  }
  std::uint64_t bytes = 0;
  for (const StoredFile& file : files) bytes += file.bytes;
  if (!limits.most_bytes || bytes <= *limits.most_bytes) return std::nullopt;
  const auto first = [&files](auto wanted) {
    return std::find_if(files.begin(), files.end(), [&](const StoredFile& one) { return !one.open && wanted(one); });
  };
  const auto is_rows = [](const StoredFile& one) { return one.kind == FileKind::rows; };
  if (const auto whole = first([&](const StoredFile& one) { return is_rows(one) && !one.thin; });
      whole != files.end()) {
    return RetentionStep{whole->name, Action::thin};
  }
  auto at = first(is_rows);
  if (at == files.end()) at = first([](const StoredFile&) { return true; });
  if (at == files.end()) return std::nullopt;
  return RetentionStep{at->name, Action::remove};
}

}  // namespace tcpstat::record
