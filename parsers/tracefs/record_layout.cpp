#include "parsers/tracefs/record_layout.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "base/file_descriptor.h"

extern "C" {
#include <traceevent/event-parse.h>
}

namespace tcpstat::tracefs {
namespace {

RecordLayout::Field field_of(tep_event* event, const char* name) {
  const tep_format_field* field = ::tep_find_field(event, name);
  if (field == nullptr || field->offset < 0 || field->size < 0) return {};
  return {static_cast<std::size_t>(field->offset), static_cast<std::size_t>(field->size)};
}

}  // namespace

Expected<RecordLayout> parse_layout(const std::string& format, EventName name) {
  const std::unique_ptr<tep_handle, decltype(&::tep_free)> formats(::tep_alloc(), ::tep_free);
  if (!formats || ::tep_parse_event(formats.get(), format.data(), format.size(), name.system) != TEP_ERRNO__SUCCESS) {
    return failure("understand the format of the tracepoint", 0, "", "it has another shape than expected");
  }
  tep_event* event = ::tep_find_event_by_name(formats.get(), name.system, name.event);
  if (event == nullptr) return failure("understand the format of the tracepoint", 0, "", "it is another event's");
  return RecordLayout{.id = static_cast<std::uint16_t>(event->id),
                      .skaddr = field_of(event, "skaddr"),
                      .oldstate = field_of(event, "oldstate"),
                      .newstate = field_of(event, "newstate"),
                      .sport = field_of(event, "sport"),
                      .dport = field_of(event, "dport"),
                      .family = field_of(event, "family"),
                      .protocol = field_of(event, "protocol"),
                      .saddr = field_of(event, "saddr"),
                      .daddr = field_of(event, "daddr"),
                      .saddr_v6 = field_of(event, "saddr_v6"),
                      .daddr_v6 = field_of(event, "daddr_v6")};
}

Expected<RecordLayout> read_layout(const std::string& path, EventName name) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) {
    return failure("trace TCP", 0, "Linux 4.16 and later have it",
                   "this kernel has no tracepoint " + std::string(name.system) + ":" + name.event);
  }
  if (!file) return failure("open " + path, errno, errno == EACCES ? "run as root" : "");
  std::string text;
  std::array<char, 4096> block{};
  while (true) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got < 0) return failure("read " + path, errno);
    if (got == 0) return parse_layout(text, name);
    text.append(block.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace tcpstat::tracefs
