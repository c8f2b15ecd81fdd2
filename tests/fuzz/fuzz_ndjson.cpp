// One line of ndjson. A row that is read is written as a line that is read as the same row.

#include <string>

#include "fuzz.h"
#include "parsers/logs/ndjson_row.h"

using namespace tcpstat;

namespace {

/// The row as a line, or nothing if it is none.
std::string written(const logs::NdjsonDecoder::Row& row, Names& names) {
  TextBuffer out;
  out.append('{');
  const render::JsonRowStyle style{.processes = true, .tcp_info = true};
  if (const auto* connection = std::get_if<Connection>(&row)) {
    render::append_json_members(out, *connection, names, "null", style);
  } else if (const auto* listener = std::get_if<Listener>(&row)) {
    render::append_json_members(out, *listener, names, "null", style);
  } else {
    return {};
  }
  out.append('}');
  return std::string(out.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  RecordedNames names;
  logs::NdjsonDecoder decoder(names);
  const std::string once = written(decoder.decode(fuzz::text_of(data, size)), names);
  if (once.empty()) return 0;
  const std::string twice = written(decoder.decode(once), names);
  fuzz::must(once == twice);
  return 0;
}
