#include "parsers/tracefs/trace_instance.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/directory.h"
#include "parsers/tracefs/page_turns.h"
#include "parsers/tracefs/record_layout.h"

extern "C" {
#include <traceevent/kbuffer.h>
}

namespace tcpstat::tracefs {
namespace {

constexpr std::string_view kOurs = "tcpstat-trace-";
constexpr const char* kEvent = "/events/sock/inet_sock_set_state";
constexpr const char* kResets = "/events/tcp/tcp_receive_reset";
constexpr std::array<const char*, 2> kPlaces = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
/// Sub-buffers are a page by default; buffer_subbuf_size_kb makes them larger (Linux 6.8).
constexpr std::size_t kLargestPage = 64 * 1024;

std::string hint_for(int code) { return code == EACCES || code == EPERM ? "run as root" : ""; }

Expected<std::string> tracing_directory() {
  for (const char* place : kPlaces) {
    struct stat status;
    if (::stat((std::string(place) + "/instances").c_str(), &status) == 0) return std::string(place);
    if (errno == EACCES) return failure("trace TCP", EACCES, hint_for(EACCES));
  }
  return failure("trace TCP", 0, "mount -t tracefs tracefs /sys/kernel/tracing", "tracefs is not mounted");
}

/// An instance in use cannot be removed: its owner keeps files of it open.
void remove_left_behind(const std::string& directory) {
  const FileDescriptor instances(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::vector<std::string> ours;
  std::vector<char> buffer;
  for_each_entry(instances.get(), buffer, [&](std::string_view name, unsigned char /*type*/) {
    if (name.starts_with(kOurs)) ours.emplace_back(name);
  });
  for (const std::string& name : ours) ::unlinkat(instances.get(), name.c_str(), AT_REMOVEDIR);
}

Expected<std::vector<FileDescriptor>> open_processors(const std::string& directory) {
  std::vector<FileDescriptor> all;
  const FileDescriptor processors(::open((directory + "/per_cpu").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!processors) return failure("list the processors of the trace", errno);
  std::vector<char> buffer;
  int code = 0;
  const bool listed = for_each_entry(processors.get(), buffer, [&](std::string_view name, unsigned char /*type*/) {
    if (!name.starts_with("cpu")) return;
    const std::string path = std::string(name) + "/trace_pipe_raw";
    FileDescriptor file(::openat(processors.get(), path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file) code = errno;
    all.push_back(std::move(file));
  });
  if (!listed) return failure("list the processors of the trace", errno);
  if (code != 0) return failure("open the buffers of the trace", code, hint_for(code));
  return all;
}

}  // namespace

Expected<void> may_trace() {
  const auto place = tracing_directory();
  if (!place) return tl::make_unexpected(place.error());
  if (::access((*place + "/instances").c_str(), W_OK) != 0) return failure("trace TCP", errno, hint_for(errno));
  return {};
}

void TraceInstance::FreePages::operator()(kbuffer* pages) const { ::kbuffer_free(pages); }

TraceInstance::~TraceInstance() {
  if (directory_.empty()) return;
  (void)write("/events/sock/inet_sock_set_state/enable", "0");
  if (tells_resets()) (void)write("/events/tcp/tcp_receive_reset/enable", "0");
  processors_.clear();
  ::rmdir(directory_.c_str());
}

Expected<void> TraceInstance::write(const char* file, const char* text) const {
  const std::string path = directory_ + file;
  const FileDescriptor to(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  const std::string_view word(text);
  if (!to || ::write(to.get(), word.data(), word.size()) < 0) return failure("write " + path, errno, hint_for(errno));
  return {};
}

Expected<TraceInstance> TraceInstance::open() {
  const auto place = tracing_directory();
  if (!place) return tl::make_unexpected(place.error());
  const auto layout = read_layout(*place + kEvent + "/format");
  if (!layout) return tl::make_unexpected(layout.error());
  remove_left_behind(*place + "/instances");

  TraceInstance instance;
  instance.layout_ = *layout;
  instance.pages_.reset(::kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST));
  instance.page_.resize(kLargestPage);
  // A process of another PID namespace may have the same number. And until files of an instance are open, another trace
  // that begins may remove it as one that was left behind.
  constexpr int kAttempts = 64;
  for (int attempt = 0; attempt < kAttempts && instance.processors_.empty(); ++attempt) {
    const std::string directory =
        *place + "/instances/" + std::string(kOurs) + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    if (::mkdir(directory.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return failure("make " + directory, errno, hint_for(errno));
    }
    instance.directory_ = directory;
    auto processors = open_processors(directory);
    const bool is_gone = ::access(directory.c_str(), F_OK) != 0;
    if (is_gone) {
      instance.directory_.clear();
    } else if (!processors) {
      return tl::make_unexpected(processors.error());
    } else {
      instance.processors_ = std::move(*processors);
    }
  }
  if (instance.processors_.empty()) return failure("make an instance in " + *place + "/instances", EEXIST);
  // One clock for all processors: their records are put in the order of their times.
  if (auto written = instance.write("/trace_clock", "mono"); !written) return tl::make_unexpected(written.error());
  // Resets are switched on first, because a socket is reset before it is closed.
  instance.switch_resets_on(*place);
  if (auto written = instance.write("/events/sock/inet_sock_set_state/enable", "1"); !written) {
    return tl::make_unexpected(written.error());
  }
  return instance;
}

void TraceInstance::switch_resets_on(const std::string& place) {
  const auto layout = read_layout(place + kResets + "/format", kResetEvent);
  if (layout && write("/events/tcp/tcp_receive_reset/enable", "1")) resets_ = *layout;
}

bool TraceInstance::decode_event(std::span<const std::byte> bytes, TraceRecord& to) const {
  const std::uint16_t id = event_id(bytes);
  if (id == layout_.id) return decode(bytes, layout_, to);
  return id == resets_.id && decode_reset(bytes, resets_, to);
}

/// Returns the time of the last record.
std::uint64_t TraceInstance::take_page(const Use& use) {
  if (::kbuffer_load_subbuffer(pages_.get(), page_.data()) != 0) return 0;
  std::uint64_t last = ::kbuffer_timestamp(pages_.get());
  TraceRecord record;
  if (const int missed = ::kbuffer_missed_events(pages_.get()); missed != 0) {
    // Negative: some, and the kernel had no room to say how many.
    record.lost = missed < 0 ? 1 : static_cast<std::uint64_t>(missed);
    record.time_ns = last;
    use(record);
  }
  unsigned long long time = 0;
  for (const void* event = ::kbuffer_read_event(pages_.get(), &time); event != nullptr;
       event = ::kbuffer_next_event(pages_.get(), &time)) {
    record = {};
    record.time_ns = time;
    last = time;
    const auto size = static_cast<std::size_t>(::kbuffer_event_size(pages_.get()));
    if (decode_event({static_cast<const std::byte*>(event), size}, record)) use(record);
  }
  return last;
}

Expected<std::optional<std::uint64_t>> TraceInstance::read_page(const FileDescriptor& processor, const Use& use) {
  while (true) {
    const ssize_t got = ::read(processor.get(), page_.data(), page_.size());
    if (got > 0) return std::optional(take_page(use));
    if (got == 0 || errno == EAGAIN) return std::optional<std::uint64_t>();
    if (errno != EINTR) return failure("read the trace", errno);
  }
}

Expected<std::uint64_t> TraceInstance::drain(const Use& use, const IsEnough& is_enough) {
  return read_in_turns(
      processors_.size(), [&](std::size_t at) { return read_page(processors_[at], use); }, is_enough);
}

void TraceInstance::wait(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec pause{static_cast<time_t>(seconds.count()), static_cast<long>((time - seconds).count()) * 1'000'000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace tcpstat::tracefs
