#include "parsers/records/record_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "base/directory.h"
#include "base/quantity_text.h"
#include "base/timestamp.h"
#include "parsers/records/record_encoder.h"
#include "record/counts.h"

namespace tcpstat::records {
namespace {

using record::FileKind;
using record::FrameKind;
using record::StoredFile;
using std::chrono::microseconds;

std::string text_of(Time time) { return timestamp(std::chrono::floor<microseconds>(time)); }

bool is_sample(const FrameAt& frame) {
  return frame.header.kind == FrameKind::key || frame.header.kind == FrameKind::difference;
}

}  // namespace

bool is_record_name(std::string_view name) {
  return name.ends_with(".tcr") && (name.starts_with("rows-") || name.starts_with("counts-"));
}

Expected<std::vector<StoredFile>> list_files(const std::string& directory, std::vector<Error>* refused) {
  const FileDescriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    const int code = errno;
    return failure("open the record " + directory, code,
                   code == ENOENT ? "tcpstat record --record " + directory + " makes one" : "");
  }
  std::vector<std::string> names;
  std::vector<char> buffer;
  const bool read = for_each_entry(folder.get(), buffer, [&](std::string_view name, unsigned char) {
    if (is_record_name(name)) names.emplace_back(name);
  });
  if (!read) return failure("read the directory " + directory, errno);
  std::vector<StoredFile> files;
  for (std::string& name : names) {
    std::string path = directory;
    path.append("/").append(name);
    struct stat status;
    const bool made = ::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
                      status.st_size >= static_cast<off_t>(record::kHeaderBytes);
    if (!made) continue;  // it has no sample yet
    auto opened = RecordFile::open(path);
    if (!opened) {
      // One that is gone was removed by the writer since the directory was read: it was the oldest.
      if (refused != nullptr && opened.error().code != ENOENT) refused->push_back(opened.error());
      continue;
    }
    files.push_back({.name = std::move(name),
                     .kind = opened->header().kind,
                     .first_sample = opened->header().first_sample,
                     .begin = Time(opened->header().made_ns),
                     .bytes = opened->size()});
  }
  std::sort(files.begin(), files.end(), [](const StoredFile& a, const StoredFile& b) {
    return std::pair(a.first_sample, a.kind) < std::pair(b.first_sample, b.kind);
  });
  return files;
}

Expected<RecordStore> RecordStore::open(const std::string& path) {
  RecordStore store(path);
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) {
    const int code = errno;
    return failure("open the record " + path, code,
                   code == ENOENT ? "tcpstat record --record " + path + " makes one" : "");
  }
  store.is_directory_ = S_ISDIR(status.st_mode);
  if (store.is_directory_) {
    auto files = list_files(path, &store.refused_);
    if (!files) return tl::make_unexpected(files.error());
    store.files_ = std::move(*files);
    if (store.files_.empty() && !store.refused_.empty()) return tl::make_unexpected(store.refused_.front());
    return store;
  }
  auto file = RecordFile::open(path);
  if (!file) return tl::make_unexpected(file.error());
  store.files_.push_back({.name = path,
                          .kind = file->header().kind,
                          .first_sample = file->header().first_sample,
                          .begin = Time(file->header().made_ns),
                          .bytes = file->size()});
  return store;
}

std::optional<Time> RecordStore::first_time() const {
  for (const StoredFile& file : files_) {
    if (file.kind == FileKind::rows) return file.begin;
  }
  return std::nullopt;
}

Expected<RecordFile> RecordStore::open_file(const StoredFile& file) const {
  return RecordFile::open(is_directory_ ? path_ + "/" + file.name : file.name);
}

void RecordStore::tell(const std::string& name, bool newest, const std::vector<Damage>& damages,
                       Coverage& coverage) const {
  for (const Damage& damage : damages) {
    const std::string bytes = counted(damage.bytes, "byte");
    std::string text;
    if (damage.at_end && newest) {
      text.append("the last ").append(bytes).append(" of ").append(name);
      text.append(" are no whole sample: it is being written, or its writer was ended");
      coverage.warn("record_tail", std::move(text));
      continue;
    }
    text.append(name).append(" is damaged: ").append(bytes).append(" at offset ");
    text.append(std::to_string(damage.offset)).append(" are no sample; those up to the next whole one are missing");
    coverage.lose("record_damaged", std::move(text));
  }
}

bool RecordStore::is_newest(std::size_t number) const {
  for (std::size_t i = number + 1; i < files_.size(); ++i) {
    if (files_[i].kind == files_[number].kind) return false;
  }
  return true;
}

Expected<void> RecordStore::add_file(std::size_t number, Coverage& coverage) {
  const StoredFile& file = files_[number];
  auto opened = open_file(file);
  if (!opened) {
    // Removed by the writer since the directory was read: it was the oldest.
    if (opened.error().code == ENOENT) return {};
    return tl::make_unexpected(opened.error());
  }
  std::vector<Damage> damages;
  const auto frames = opened->frames(damages);
  if (!frames) return tl::make_unexpected(frames.error());
  tell(file.name, is_newest(number), damages, coverage);
  std::size_t key = kNone;
  std::uint64_t end = record::kHeaderBytes;
  std::uint64_t sample = 0;
  for (const FrameAt& frame : *frames) {
    if (frame.offset != end) key = kNone;
    end = frame.end();
    if (!is_sample(frame)) continue;
    if (frame.header.kind == FrameKind::key) key = index_.size();
    if (frame.header.kind == FrameKind::difference && frame.header.sample != sample + 1) key = kNone;
    sample = frame.header.sample;
    index_.push_back({number, opened->inode(), frame, key, opened->header()});
  }
  return {};
}

void RecordStore::tell_refused(Coverage& coverage) const {
  for (const Error& error : refused_) coverage.lose("record_unread", error.sentence());
}

void RecordStore::begin(Coverage& coverage) {
  index_.clear();
  loaded_ = kNone;
  tell_refused(coverage);
}

Expected<void> RecordStore::index(Time from, Time to, Coverage& coverage) {
  begin(coverage);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].kind != FileKind::rows || files_[i].begin > to || ended_before(i, from)) continue;
    if (auto added = add_file(i, coverage); !added) return added;
  }
  tell_lost(from, to, coverage);
  tell_missing_end(FileKind::rows, from, to, coverage);
  return {};
}

void RecordStore::tell_lost(Time from, Time to, Coverage& coverage) const {
  std::uint64_t lost = 0;
  for (std::size_t i = 1; i < index_.size(); ++i) {
    const record::FrameHeader& header = index_[i].frame.header;
    // A writer that was killed may leave out numbers, and its successor begins a file.
    const bool alike = index_[i].file_number == index_[i - 1].file_number;
    if (!alike || time(i) <= from || time(i - 1) >= to) continue;
    lost += lost_before(header, index_[i - 1].frame.header.sample);
  }
  if (lost == 0) return;
  coverage.lose("record_gap", counted(lost, "sample") + " of that time " + (lost == 1 ? "is" : "are") + " missing");
}

std::size_t RecordStore::next_alike(std::size_t number) const {
  std::size_t next = number + 1;
  while (next < files_.size() && files_[next].kind != files_[number].kind) ++next;
  return next;
}

bool RecordStore::ended_before(std::size_t number, Time from) const {
  const StoredFile& file = files_[number];
  const std::size_t next = next_alike(number);
  if (next == files_.size() || files_[next].begin > from || file.begin > from) return false;
  // If the clock was set back, the next file begins before this one ends.
  const Time period = period_of(file.kind);
  return file.begin - file.begin % period + period <= from;
}

std::optional<RecordStore::LastSample> RecordStore::last_sample(FileKind kind) const {
  const auto file = std::find_if(files_.rbegin(), files_.rend(), [&](const auto& one) { return one.kind == kind; });
  if (file == files_.rend()) return std::nullopt;
  const auto frames = frames_of(*file);
  if (!frames) return std::nullopt;
  const auto last = std::find_if(frames->rbegin(), frames->rend(), is_sample);
  const bool closed = !frames->empty() && frames->back().header.kind == FrameKind::end;
  if (last != frames->rend()) return LastSample{last->header.sample, Time(last->header.wall_ns), closed};
  return LastSample{file->first_sample - 1, file->begin, closed};
}

void RecordStore::tell_missing_end(FileKind kind, Time from, Time to, Coverage& coverage) const {
  if (!is_directory_) return;
  const auto is_whole = [&](const std::optional<LastSample>& own) { return own && (own->closed || own->at >= to); };
  if (is_whole(last_sample(kind))) return;
  const auto other = last_sample(kind == FileKind::rows ? FileKind::counts : FileKind::rows);
  if (!other || other->at < from) return;
  // Read once more: a writer may have gone on meanwhile. It writes a sample to both, one after the other, and ends both.
  const auto own = last_sample(kind);
  const std::uint64_t have = own ? own->number : files_.front().first_sample - 1;
  if (is_whole(own) || other->number <= have || (other->number == have + 1 && !other->closed)) return;
  const char* of = kind == FileKind::rows ? "rows" : "counts";
  const std::uint64_t lacking = other->number - have;
  coverage.lose("record_damaged", "the files of " + std::string(of) + " lack the last " + counted(lacking, "sample") +
                                      ", which " + (lacking == 1 ? "is" : "are") + " in those beside them");
}

Expected<std::optional<std::size_t>> RecordStore::find(Time at, Coverage& coverage) {
  begin(coverage);
  std::optional<Time> wanted;
  Time damaged{};
  // A file whose writer was ended during its first sample has nothing to show; then the file before it may.
  for (std::size_t file = files_.size(); file-- > 0;) {
    if (files_[file].kind != FileKind::rows || files_[file].begin > at) continue;
    index_.clear();
    loaded_ = kNone;
    if (auto added = add_file(file, coverage); !added) return tl::make_unexpected(added.error());
    for (std::size_t sample = index_.size(); sample-- > 0;) {
      if (time(sample) > at) continue;
      if (!wanted) wanted = time(sample);
      if (!load(sample)) {
        damaged = time(sample);
        continue;
      }
      if (time(sample) != *wanted) {
        coverage.lose("record_damaged", "the samples from " + text_of(damaged) + " to " + text_of(*wanted) +
                                            " are damaged; showing that of " + text_of(time(sample)));
      }
      if (at != Time::max()) tell_gap(sample, file, at, coverage);
      tell_missing_end(FileKind::rows, time(sample), at, coverage);
      return sample;
    }
  }
  if (!wanted) return std::nullopt;
  return failure("show the sample of " + text_of(*wanted) + " of " + path_, 0, "choose another time: --at",
                 "it and those before it are damaged");
}

void RecordStore::tell_gap(std::size_t found, std::size_t file, Time at, Coverage& coverage) const {
  const Time interval = std::chrono::milliseconds(index_[found].file.interval_ms);
  const Time shown = time(found);
  const Time apart = at - shown;
  // Of a thinned file a sample stands for all up to the next one that was kept.
  const bool thinned = (index_[found].frame.header.flags & record::thinned) != 0;
  const Time reach = (thinned ? int{kRowsOfAKey} + 1 : 2) * interval;
  if (thinned && apart > 2 * interval && apart <= reach) {
    coverage.warn("record_thinned", "of that time only a sample in " +
                                        std::to_string(kRowsOfAKey * interval / std::chrono::seconds(1)) +
                                        " s was kept; showing that of " + text_of(shown));
    return;
  }
  if (interval.count() > 0 && apart > reach && found + 1 < index_.size()) {
    const std::uint64_t lost =
        thinned ? 0 : lost_before(index_[found + 1].frame.header, index_[found].frame.header.sample);
    const std::string why = lost == 0 ? "" : "; " + counted(lost, "sample") + " could not be written";
    coverage.lose("record_gap", "nothing was recorded between " + text_of(shown) + " and " + text_of(time(found + 1)) +
                                    why + "; showing the sample of " + text_of(shown));
  } else if (interval.count() > 0 && apart > reach) {
    const std::size_t next = next_alike(file);
    const std::string until = next < files_.size() ? " until " + text_of(files_[next].begin) : "";
    coverage.lose("record_gap",
                  "nothing was recorded after " + text_of(shown) + until + "; showing the sample of " + text_of(shown));
  }
  // If the clock was set back, two files may have samples of one time. A file stays within its hour.
  for (std::size_t i = 0; i < file; ++i) {
    const auto hour = [](Time time) { return std::chrono::floor<std::chrono::hours>(time); };
    if (files_[i].kind != FileKind::rows || files_[i].begin > at || hour(files_[i].begin) != hour(at)) continue;
    if (last_time(files_[i]).value_or(Time::min()) < at) continue;
    coverage.warn("record_clock",
                  "the clock was set back: " + files_[i].name + " has samples of that time too; showing the later");
  }
}

Expected<std::vector<FrameAt>> RecordStore::frames_of(const StoredFile& file) const {
  auto opened = open_file(file);
  if (!opened) return tl::make_unexpected(opened.error());
  std::vector<Damage> damages;
  return opened->frames(damages);
}

std::optional<Time> RecordStore::last_time(const StoredFile& file) const {
  const auto frames = frames_of(file);
  if (!frames) return std::nullopt;
  const auto last = std::find_if(frames->rbegin(), frames->rend(), is_sample);
  return last == frames->rend() ? std::nullopt : std::optional(Time(last->header.wall_ns));
}

bool RecordStore::load(std::size_t sample) {
  constexpr const char* kDamaged = "this part of the record is damaged";
  const Entry& wanted = index_[sample];
  why_not_ = kDamaged;
  if (wanted.key == kNone) return false;
  if (loaded_ == sample) return true;
  if (!open_number_ || *open_number_ != wanted.file_number) {
    auto opened = open_file(files_[wanted.file_number]);
    // The writer may have gone on since the index was made.
    if (!opened && opened.error().code == ENOENT) why_not_ = "its file was removed meanwhile (--keep, --max-size)";
    if (!opened && opened.error().code != ENOENT) why_not_ = opened.error().why();
    if (!opened) return false;
    if (opened->inode() != wanted.inode) {
      why_not_ = "its file was thinned meanwhile, and has other samples now; start again";
      return false;
    }
    opened_.emplace(std::move(*opened));
    open_number_ = wanted.file_number;
  }
  const bool goes_on = loaded_ != kNone && loaded_ < sample && index_[loaded_].key == wanted.key;
  for (std::size_t i = goes_on ? loaded_ + 1 : wanted.key; i <= sample; ++i) {
    const auto payload = opened_->payload(index_[i].frame);
    const bool key = i == wanted.key;
    const bool right = payload && (key ? table_.apply_key(*payload) : table_.apply_difference(*payload));
    loaded_ = right ? i : kNone;
    if (right) continue;
    if (opened_->error() != 0) why_not_ = Error{"", opened_->error()}.why();
    return false;
  }
  return true;
}

Expected<void> RecordStore::counts(Time from, Time to, Coverage& coverage, const VisitCounts& visit) const {
  tell_refused(coverage);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const StoredFile& file = files_[i];
    if (file.kind != FileKind::counts || file.begin > to || ended_before(i, from)) continue;
    auto opened = open_file(file);
    if (!opened && opened.error().code == ENOENT) continue;
    if (!opened) return tl::make_unexpected(opened.error());
    std::vector<Damage> damages;
    const auto frames = opened->frames(damages);
    if (!frames) return tl::make_unexpected(frames.error());
    tell(file.name, is_newest(i), damages, coverage);
    record::Table table;
    bool whole = false;
    std::uint64_t end = record::kHeaderBytes;
    std::uint64_t missing = 0;
    std::size_t first = 0;
    for (std::size_t at = 0; at < frames->size(); ++at) {
      const record::FrameHeader& header = (*frames)[at].header;
      if (header.kind == FrameKind::key && Time(header.wall_ns) <= from) first = at;
    }
    for (const FrameAt& frame : std::span(*frames).subspan(first)) {
      if (is_sample(frame) && Time(frame.header.wall_ns) > to) break;  // within a file the clock only goes on
      whole = whole && frame.offset == end;
      end = frame.end();
      if (!is_sample(frame)) continue;
      const auto payload = opened->payload(frame);
      const bool key = frame.header.kind == FrameKind::key;
      whole = payload && (key ? table.apply_key(*payload) : whole && table.apply_difference(*payload)) &&
              table.columns().size() >= record::count_columns().size();
      if (!whole) ++missing;
      const Time at(frame.header.wall_ns);
      if (whole && at >= from) visit(opened->header(), frame.header, table);
    }
    if (missing > 0) {
      coverage.lose("record_damaged", file.name + ": " + counted(missing, "sample") + " cannot be read");
    }
  }
  tell_missing_end(FileKind::counts, from, to, coverage);
  return {};
}

}  // namespace tcpstat::records
