#include "parsers/records/record_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/directory.h"
#include "parsers/records/record_file.h"
#include "parsers/records/record_store.h"
#include "record/counts.h"

namespace tcpstat::records {
namespace {

using record::FileKind;
using record::FrameHeader;
using record::FrameKind;
using std::chrono::nanoseconds;

/// Times of rows that moved less are kept as they were: a dump takes tens of milliseconds and has one time.
constexpr std::uint16_t kToleranceMs = 100;
constexpr std::uint64_t kSecond = 1'000'000'000;

/// Whole, or an errno.
int write_at(int file, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    at += static_cast<std::uint64_t>(count);
  }
  return 0;
}

/// The names in a directory are on the disk when the directory is.
void sync_directory(const std::string& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

/// "rows-20261127T030000Z-00000000000004d2.tcr"
std::string file_name(FileKind kind, std::int64_t wall_ns, std::uint64_t sample) {
  const auto seconds = static_cast<time_t>(wall_ns / static_cast<std::int64_t>(kSecond));
  tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> when{};
  const std::size_t size = std::strftime(when.data(), when.size(), "%Y%m%dT%H%M%SZ", &utc);
  std::array<char, 24> number{};
  const int digits = std::snprintf(number.data(), number.size(), "%016llx", static_cast<unsigned long long>(sample));
  return std::string(kind == FileKind::rows ? "rows-" : "counts-") + std::string(when.data(), size) + "-" +
         std::string(number.data(), static_cast<std::size_t>(digits)) + ".tcr";
}

/// What a run that was ended left: files that were being thinned, and such that have no sample yet.
Expected<void> remove_half_made(const std::string& directory) {
  const FileDescriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return failure("open " + directory, errno);
  std::vector<std::string> names;
  std::vector<char> buffer;
  const bool read = for_each_entry(folder.get(), buffer, [&](std::string_view name, unsigned char) {
    const bool thinned = name.ends_with(".tmp") && is_record_name(name.substr(0, name.size() - 4));
    struct stat status;
    const bool empty = is_record_name(name) &&
                       ::fstatat(folder.get(), std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                       S_ISREG(status.st_mode) && status.st_size < static_cast<off_t>(record::kHeaderBytes);
    if (thinned || empty) names.emplace_back(name);
  });
  if (!read) return failure("read the directory " + directory, errno);
  for (const std::string& name : names) ::unlinkat(folder.get(), name.c_str(), 0);
  return {};
}

}  // namespace

/// The files of one kind, one after the other.
class RecordWriter::Stream {
 public:
  struct Manner {
    FileKind kind;
    std::uint64_t period_ns;   ///< a file begins anew when the wall clock enters the next
    unsigned frames_of_a_key;  ///< differences between key frames
  };

  Stream(const WriterOptions& options, Manner manner, std::vector<record::TableColumn> columns)
      : options_(options), manner_(manner), encoder_(std::move(columns), kToleranceMs) {}

  /// Of the file that is open, and how long it is.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t bytes() const { return end_; }
  [[nodiscard]] bool next_is_key() const {
    return since_key_ == 0 || since_key_ >= manner_.frames_of_a_key || encoder_.wants_key();
  }

  Expected<void> add(const RecordedSample& sample, std::uint64_t number, std::uint64_t lost_before) {
    if (!file_ || begins_anew(sample)) {
      close(sample, number);
      if (auto opened = open(sample, number); !opened) return opened;
    }
    const bool rows = manner_.kind == FileKind::rows;
    const record::TableSample& table = rows ? sample.rows : sample.counts;
    FrameHeader header = header_of(sample, number);
    header.kind = next_is_key() ? FrameKind::key : FrameKind::difference;
    header.rows = static_cast<std::uint32_t>(table.rows());
    const std::string payload =
        header.kind == FrameKind::key ? encoder_.key(table, sample.facts) : encoder_.difference(table);
    std::string bytes;
    if (lost_before > 0) {
      FrameHeader note = header_of(sample, number);
      note.kind = FrameKind::note;
      bytes += encode_frame(note, std::to_string(lost_before) + " samples before this one could not be written");
    }
    bytes += encode_frame(header, payload);
    if (auto written = append(bytes); !written) {
      since_key_ = 0;
      return written;
    }
    since_key_ = header.kind == FrameKind::key ? 1 : since_key_ + 1;
    last_ = {sample.wall_ns, sample.boot_ns};
    return {};
  }

  /// Says that the file ended as it should.
  void close(const RecordedSample& sample, std::uint64_t number) {
    if (!file_) return;
    FrameHeader header = header_of(sample, number);
    header.kind = FrameKind::end;
    static_cast<void>(append(encode_frame(header, {})));
    file_ = FileDescriptor();
  }
  void close() {
    RecordedSample last;
    last.wall_ns = last_.wall_ns;
    last.boot_ns = last_.boot_ns;
    close(last, 0);
  }

 private:
  struct Times {
    std::int64_t wall_ns = 0;
    std::int64_t boot_ns = 0;
  };

  [[nodiscard]] bool begins_anew(const RecordedSample& sample) const {
    const auto period = static_cast<std::int64_t>(manner_.period_ns);
    if (sample.wall_ns / period != last_.wall_ns / period) return true;
    // Within a file the wall clock goes as the boot clock does, so that times can be looked up.
    const std::int64_t step = (sample.wall_ns - last_.wall_ns) - (sample.boot_ns - last_.boot_ns);
    return step > static_cast<std::int64_t>(kSecond) || step < -static_cast<std::int64_t>(kSecond);
  }

  [[nodiscard]] FrameHeader header_of(const RecordedSample& sample, std::uint64_t number) const {
    return {.flags = sample.flags,
            .sample = number,
            .wall_ns = sample.wall_ns,
            .boot_ns = sample.boot_ns,
            .dump_us = sample.dump_us,
            .sockets = sample.sockets};
  }

  Expected<void> open(const RecordedSample& sample, std::uint64_t number) {
    since_key_ = 0;
    name_ = file_name(manner_.kind, sample.wall_ns, number);
    path_ = options_.directory + "/" + name_;
    FileDescriptor file(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (!file) return failure("write " + path_, errno);
    const std::string header =
        encode(record::FileHeader{.kind = manner_.kind,
                                  .identity = sample.identity,
                                  .tolerance_ms = kToleranceMs,
                                  .interval_ms = static_cast<std::uint32_t>(options_.interval.count()),
                                  .boot_id = options_.boot_id,
                                  .first_sample = number,
                                  .made_ns = sample.wall_ns});
    if (const int code = write_at(file.get(), header, 0); code != 0) {
      // A file without a whole header would be an error for every reader.
      ::unlink(path_.c_str());
      return failure("write " + path_, code);
    }
    sync_directory(options_.directory);
    file_ = std::move(file);
    end_ = header.size();
    return {};
  }

  Expected<void> append(std::string_view bytes) {
    int code = write_at(file_.get(), bytes, end_);
    if (code == 0 && ::fdatasync(file_.get()) != 0) code = errno;
    if (code == 0) {
      end_ += bytes.size();
      return {};
    }
    // What stands there is no frame; the next one comes in its place.
    if (::ftruncate(file_.get(), static_cast<off_t>(end_)) != 0) file_ = FileDescriptor();
    return failure("write " + path_, code);
  }

  const WriterOptions& options_;
  Manner manner_;
  record::TableEncoder encoder_;
  std::string name_;
  std::string path_;
  FileDescriptor file_;
  std::uint64_t end_ = 0;
  unsigned since_key_ = 0;
  Times last_;
};

RecordWriter::RecordWriter(WriterOptions options) : options_(std::move(options)) {
  constexpr std::uint64_t kHour = 3600 * kSecond;
  rows_ = std::make_unique<Stream>(options_, Stream::Manner{FileKind::rows, kHour, 60}, options_.columns);
  counts_ =
      std::make_unique<Stream>(options_, Stream::Manner{FileKind::counts, 24 * kHour, 360}, record::count_columns());
}

RecordWriter::~RecordWriter() {
  rows_->close();
  counts_->close();
}

Expected<std::unique_ptr<RecordWriter>> RecordWriter::open(WriterOptions options) {
  std::unique_ptr<RecordWriter> writer(new RecordWriter(std::move(options)));
  if (auto prepared = writer->prepare(); !prepared) return tl::make_unexpected(prepared.error());
  return writer;
}

Expected<void> RecordWriter::take_lock() {
  const std::string path = options_.directory + "/lock";
  lock_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640));
  if (!lock_) return failure("open " + path, errno);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    const int code = errno;
    if (code != EWOULDBLOCK) return failure("lock " + path, code);
    std::array<char, 32> pid{};
    const ssize_t size = ::pread(lock_.get(), pid.data(), pid.size() - 1, 0);
    std::string who(pid.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    who.erase(std::min(who.find_first_not_of("0123456789"), who.size()));
    return failure("record into " + options_.directory, 0, "record into another directory, or end that process",
                   who.empty() ? "another process does" : "process " + who + " does");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock_.get(), 0) != 0 || write_at(lock_.get(), pid, 0) != 0) {
    // It only names who holds the lock.
  }
  return {};
}

Expected<void> RecordWriter::mend_newest(FileKind kind, const std::vector<record::StoredFile>& files) {
  const auto newest =
      std::find_if(files.rbegin(), files.rend(), [kind](const record::StoredFile& one) { return one.kind == kind; });
  if (newest == files.rend()) return {};
  const std::string path = options_.directory + "/" + newest->name;
  auto file = RecordFile::open(path);
  if (!file) return tl::make_unexpected(file.error());
  std::vector<Damage> damages;
  const auto frames = file->frames(damages);
  if (!frames) return tl::make_unexpected(frames.error());
  next_sample_ = std::max(next_sample_, newest->first_sample + 1);
  for (const FrameAt& frame : *frames) next_sample_ = std::max(next_sample_, frame.header.sample + 1);
  if (damages.empty() || !damages.back().at_end) return {};
  if (::truncate(path.c_str(), static_cast<off_t>(damages.back().offset)) != 0) return failure("mend " + path, errno);
  options_.say("cut " + std::to_string(damages.back().bytes) + " bytes off " + newest->name +
               ": the writer before this one was ended in the middle of a sample");
  return {};
}

Expected<void> RecordWriter::prepare() {
  const std::string& directory = options_.directory;
  if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) {
    const int code = errno;
    return failure("make the directory " + directory, code, code == ENOENT ? "make the one above it first" : "");
  }
  if (auto locked = take_lock(); !locked) return locked;
  if (auto removed = remove_half_made(directory); !removed) return removed;
  std::vector<Error> refused;
  const auto files = list_files(directory, &refused);
  if (!files) return tl::make_unexpected(files.error());
  for (const Error& error : refused) options_.say(error.sentence() + "; it stays as it is");
  if (auto mended = mend_newest(FileKind::rows, *files); !mended) return mended;
  return mend_newest(FileKind::counts, *files);
}

bool RecordWriter::next_is_key() const { return rows_->next_is_key(); }

Expected<void> RecordWriter::check_free_space() const {
  struct statvfs disk;
  if (::statvfs(options_.directory.c_str(), &disk) != 0) return failure("look at " + options_.directory, errno);
  if (disk.f_bavail * 100 >= disk.f_blocks * options_.min_free_percent) return {};
  return failure("write to " + options_.directory, 0, "make room, or set --min-free lower",
                 "less than " + std::to_string(options_.min_free_percent) + " % of the disk is free");
}

Expected<void> RecordWriter::write(const RecordedSample& sample) {
  if (auto enough = check_free_space(); !enough) return enough;
  if (auto added = rows_->add(sample, next_sample_, lost_in_a_row_); !added) return added;
  return counts_->add(sample, next_sample_, lost_in_a_row_);
}

bool RecordWriter::add(const RecordedSample& sample) {
  const auto done = write(sample);
  ++next_sample_;
  if (!done) {
    if (lost_in_a_row_ == 0) options_.say(done.error().sentence() + "; samples are lost until it can");
    ++lost_in_a_row_;
    ++lost_;
    return false;
  }
  if (lost_in_a_row_ > 0) {
    options_.say("writing again; " + std::to_string(lost_in_a_row_) +
                 (lost_in_a_row_ == 1 ? " sample was lost" : " samples were lost"));
  }
  lost_in_a_row_ = 0;
  ++written_;
  keep_to_limits(trusted_time(sample));
  return true;
}

/// A clock that is set forward must not make everything too old.
nanoseconds RecordWriter::trusted_time(const RecordedSample& sample) {
  if (!started_) started_ = nanoseconds(sample.wall_ns - sample.boot_ns);
  return std::min(nanoseconds(sample.wall_ns), *started_ + nanoseconds(sample.boot_ns));
}

/// Nobody else writes there: while the same two files are open, they alone have grown.
bool RecordWriter::list_anew() {
  const auto find = [this](const std::string& name) {
    return std::find_if(files_.begin(), files_.end(), [&](const record::StoredFile& one) { return one.name == name; });
  };
  if (find(rows_->name()) == files_.end() || find(counts_->name()) == files_.end()) {
    auto files = list_files(options_.directory, nullptr);
    if (!files) return false;
    files_ = std::move(*files);
    for (record::StoredFile& file : files_) {
      file.thin = std::find(thin_names_.begin(), thin_names_.end(), file.name) != thin_names_.end();
    }
  }
  for (const Stream* stream : {rows_.get(), counts_.get()}) {
    const auto file = find(stream->name());
    if (file == files_.end()) continue;  // somebody removed it
    file->open = true;
    file->bytes = stream->bytes();
  }
  return true;
}

void RecordWriter::keep_to_limits(nanoseconds now) {
  constexpr int kMostSteps = 1000;
  for (int i = 0; i < kMostSteps; ++i) {
    if (!list_anew()) return;
    const auto step = record::next_step(files_, now, options_.limits);
    if (!step) return;
    files_.clear();
    if (step->action == record::RetentionStep::Action::thin) {
      thin_names_.push_back(step->name);
      if (thin(step->name)) continue;
    }
    std::erase(thin_names_, step->name);
    if (::unlink((options_.directory + "/" + step->name).c_str()) != 0) return;
  }
}

/// Key frames alone: in a new file that takes the place of the old one.
Expected<void> RecordWriter::thin(const std::string& name) {
  const std::string path = options_.directory + "/" + name;
  const std::string temporary = path + ".tmp";
  auto file = RecordFile::open(path);
  if (!file) return tl::make_unexpected(file.error());
  std::vector<Damage> damages;
  const auto frames = file->frames(damages);
  if (!frames) return tl::make_unexpected(frames.error());
  ::unlink(temporary.c_str());
  const FileDescriptor fresh(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (!fresh) return failure("write " + temporary, errno);
  const std::string header = encode(file->header());
  std::uint64_t end = header.size();
  int code = write_at(fresh.get(), header, 0);
  for (const FrameAt& frame : *frames) {
    if (frame.header.kind == FrameKind::difference || code != 0) continue;
    FrameHeader header_now = frame.header;
    header_now.flags |= record::thinned;
    const std::string bytes = encode(header_now) + file->stored(frame);
    code = write_at(fresh.get(), bytes, end);
    end += bytes.size();
  }
  if (code == 0 && ::fsync(fresh.get()) != 0) code = errno;
  if (code == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) code = errno;
  if (code != 0) {
    ::unlink(temporary.c_str());
    return failure("thin " + path, code);
  }
  sync_directory(options_.directory);
  return {};
}

}  // namespace tcpstat::records
