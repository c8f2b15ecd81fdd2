// A file of a record, and the payloads of its frames. Whatever they hold, a reader ends, and shows rows that can be written.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "fuzz.h"
#include "parsers/records/record_store.h"
#include "parsers/records/recorded_rows.h"
#include "record/row_columns.h"

using namespace tcpstat;

namespace {

/// Looks at every row.
class Look final : public Sink {
 public:
  Flow connection(const Connection& row) override { return look(row); }
  Flow listener(const Listener& row) override { return look(row); }

 private:
  template <typename Row>
  Flow look(const Row& row) {
    TextBuffer out;
    render::append_json_members(out, row, names_, "null", {.processes = true, .tcp_info = true});
    return Flow::more;
  }
  RecordedNames names_;
};

void read_table(std::string_view bytes) {
  const std::size_t half = bytes.empty() ? 0 : bytes.size() * static_cast<std::uint8_t>(bytes[0]) / 256;
  record::Table table;
  if (!table.apply_key(bytes.substr(0, half))) return;
  table.apply_difference(bytes.substr(half));
  RecordedNames names;
  Look look;
  record::unpack(table, 1'000'000, names, look);
}

void read_file(std::string_view bytes) {
  static const int file = ::memfd_create("record", 0);
  fuzz::must(::ftruncate(file, 0) == 0);
  fuzz::must(::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  std::vector<records::Damage> damages;
  auto opened = records::RecordFile::take(FileDescriptor(::dup(file)), "record");
  if (!opened) return;
  const auto frames = opened->frames(damages);
  if (!frames) return;
  record::Table table;
  for (const records::FrameAt& frame : *frames) {
    const auto payload = opened->payload(frame);
    if (!payload ||
        !(frame.header.kind == record::FrameKind::key ? table.apply_key(*payload) : table.apply_difference(*payload))) {
      table = record::Table();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    read_table(bytes);
  } else {
    read_file(bytes);
  }
  return 0;
}
