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
#include "base/quantity_text.h"
#include "parsers/records/record_file.h"
#include "parsers/records/record_store.h"

namespace tcpstat::records {
namespace {

using record::FileKind;
using record::FrameHeader;
using record::FrameKind;
using std::chrono::nanoseconds;

/// Writes all bytes. Returns 0, or an errno.
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

/// A name in a directory is on the disk only when the directory is.
void sync_directory(const std::string& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

/// "rows-20261127T030000Z-00000000000004d2.tcr"
std::string file_name(FileKind kind, std::int64_t wall_ns, std::uint64_t sample) {
  const auto seconds = static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(nanoseconds(wall_ns)).count());
  tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> when{};
  const std::size_t size = std::strftime(when.data(), when.size(), "%Y%m%dT%H%M%SZ", &utc);
  std::array<char, 24> number{};
  const int digits = std::snprintf(number.data(), number.size(), "%016llx", static_cast<unsigned long long>(sample));
  return std::string(kind == FileKind::rows ? "rows-" : "counts-") + std::string(when.data(), size) + "-" +
         std::string(number.data(), static_cast<std::size_t>(digits)) + ".tcr";
}

/// Removes what a run that was ended left: files that were being thinned, and those without a sample.
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

/// What to try if a directory cannot be made.
const char* hint_for(int code) {
  if (code == ENOENT) return "make the one above it first";
  if (code == EACCES) return "run as root, or name another one: --record DIR";
  return "";
}

}  // namespace

/// The files of one kind, one after the other.
class RecordWriter::Stream {
 public:
  Stream(const WriterOptions& options, FileKind kind) : options_(options), kind_(kind) {}

  /// The name of the file that is open, and how long it is.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t bytes() const { return end_; }

  Expected<void> add(const EncodedSample& sample, std::string_view frame, std::uint64_t lost_before) {
    if (!file_ || begins_anew(kind_, last_, sample.header)) {
      close(sample.header);
      if (auto opened = open(sample); !opened) return opened;
    }
    last_ = sample.header;
    before_ = end_;
    if (lost_before == 0) return append(frame);
    FrameHeader note = sample.header;
    note.kind = FrameKind::note;
    return append(encode_unpacked_frame(note, counted(lost_before, "sample") + " before this one " +
                                                  (lost_before == 1 ? "is" : "are") + " lost")
                      .append(frame));
  }

  /// Removes what the last add() wrote.
  void take_back() { cut(before_); }

  /// Writes that the file ended as it should.
  void close() { close(last_); }

 private:
  void close(FrameHeader header) {
    if (!file_) return;
    header.kind = FrameKind::end;
    static_cast<void>(append(encode_unpacked_frame(header, {})));
    file_ = FileDescriptor();
  }

  Expected<void> open(const EncodedSample& sample) {
    name_ = file_name(kind_, sample.header.wall_ns, sample.header.sample);
    path_ = options_.directory + "/" + name_;
    FileDescriptor file(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (!file) return failure("write " + path_, errno);
    const std::string header =
        encode(record::FileHeader{.kind = kind_,
                                  .identity = sample.identity,
                                  .tolerance_ms = record::kToleranceMs,
                                  .interval_ms = static_cast<std::uint32_t>(options_.interval.count()),
                                  .boot_id = options_.boot_id,
                                  .first_sample = sample.header.sample,
                                  .made_ns = sample.header.wall_ns});
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
    // What was written is no whole frame; the next one takes its place.
    cut(end_);
    return failure("write " + path_, code);
  }

  void cut(std::uint64_t end) {
    end_ = end;
    if (::ftruncate(file_.get(), static_cast<off_t>(end)) != 0) file_ = FileDescriptor();
  }

  const WriterOptions& options_;
  FileKind kind_;
  std::string name_;
  std::string path_;
  FileDescriptor file_;
  std::uint64_t end_ = 0;
  std::uint64_t before_ = 0;  ///< where the last sample begins
  FrameHeader last_;
};

RecordWriter::RecordWriter(WriterOptions options) : options_(std::move(options)) {
  rows_ = std::make_unique<Stream>(options_, FileKind::rows);
  counts_ = std::make_unique<Stream>(options_, FileKind::counts);
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
  last_sample_ = std::max(last_sample_, newest->first_sample);
  for (const FrameAt& frame : *frames) last_sample_ = std::max(last_sample_, frame.header.sample);
  if (damages.empty() || !damages.back().at_end) return {};
  // As RecordFile opens it: truncate(2) would follow a link that came meanwhile.
  const FileDescriptor cut(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!cut || ::ftruncate(cut.get(), static_cast<off_t>(damages.back().offset)) != 0) {
    return failure("mend " + path, errno);
  }
  options_.say("cut " + std::to_string(damages.back().bytes) + " bytes off " + newest->name +
               ": the writer before this one was ended in the middle of a sample");
  return {};
}

Expected<void> RecordWriter::prepare() {
  const std::string& directory = options_.directory;
  if (::mkdir(directory.c_str(), 0750) != 0) {
    const int code = errno;
    if (code != EEXIST) return failure("make the directory " + directory, code, hint_for(code));
    struct stat there;
    if (::stat(directory.c_str(), &there) == 0 && !S_ISDIR(there.st_mode)) {
      return failure("record into " + directory, ENOTDIR, "name a directory");
    }
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

Expected<void> RecordWriter::check_free_space() const {
  struct statvfs disk;
  if (::statvfs(options_.directory.c_str(), &disk) != 0) return failure("look at " + options_.directory, errno);
  if (disk.f_bavail * 100 >= disk.f_blocks * options_.min_free_percent) return {};
  return failure("write to " + options_.directory, 0, "make room, or set --min-free lower",
                 "less than " + std::to_string(options_.min_free_percent) + " % of the disk is free");
}

Expected<void> RecordWriter::write(const EncodedSample& sample) {
  if (auto enough = check_free_space(); !enough) return enough;
  const std::uint64_t lost_before = sample.header.sample - last_sample_ - 1;
  if (auto added = rows_->add(sample, sample.rows, lost_before); !added) return added;
  Expected<void> added;
  try {
    added = counts_->add(sample, sample.counts, lost_before);
  } catch (const std::bad_alloc&) {
    added = failure("write " + counts_->name(), ENOMEM);
  }
  if (!added) rows_->take_back();  // a sample has both, or is lost
  return added;
}

bool RecordWriter::add(const EncodedSample& sample) {
  if (broken_off_ && !sample.stands_alone()) return false;
  broken_off_ = true;  // also if memory runs out
  const auto done = write(sample);
  broken_off_ = !done;
  if (!done) {
    if (!said_that_it_fails_) options_.say(done.error().sentence() + "; samples are lost until it can");
    said_that_it_fails_ = true;
    return false;
  }
  const std::uint64_t lost_before = sample.header.sample - last_sample_ - 1;
  if (lost_before > 0) {
    options_.say("writing again; " + counted(lost_before, "sample") + (lost_before == 1 ? " was lost" : " were lost"));
  }
  said_that_it_fails_ = false;
  last_sample_ = sample.header.sample;
  ++written_;
  keep_to_limits(trusted_time(sample.header));
  return true;
}

/// The time that ages are measured by: a clock that is set forward must not make everything too old.
nanoseconds RecordWriter::trusted_time(const FrameHeader& sample) {
  if (!started_) started_ = nanoseconds(sample.wall_ns - sample.boot_ns);
  return std::min(nanoseconds(sample.wall_ns), *started_ + nanoseconds(sample.boot_ns));
}

/// Nobody else writes there, so while the same two files are open, they alone have grown.
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
      const auto thinned = thin(step->name);
      if (thinned) continue;
      // On a full disk the file has to go. Else it counts as thin from now on and goes in its turn.
      if (thinned.error().code != ENOSPC && thinned.error().code != EDQUOT) {
        return options_.say(thinned.error().sentence() + "; it stays as it is");
      }
    }
    std::erase(thin_names_, step->name);
    const std::string path = options_.directory + "/" + step->name;
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) continue;
    if (!said_that_it_stays_)
      options_.say(Error{"remove " + path, errno}.sentence() + "; the record may grow beyond its limits");
    said_that_it_stays_ = true;
    return;
  }
}

/// Keeps the key frames alone, in a new file that takes the place of the old one.
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
    const std::string payload = file->stored(frame);
    if (payload.size() != frame.header.stored) {
      code = file->error() != 0 ? file->error() : EIO;
      break;
    }
    const std::string bytes = encode(header_now) + payload;
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
