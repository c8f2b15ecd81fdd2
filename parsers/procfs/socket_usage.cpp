#include "parsers/procfs/socket_usage.h"

#include "parsers/procfs/text_cursor.h"

namespace tcpstat::procfs {
namespace {

void add_line(const Line& line, SocketUsage& to) {
  std::string_view rest = line.text;
  const std::string_view protocol = take_word(rest);
  for (std::string_view name = take_word(rest); !name.empty(); name = take_word(rest)) {
    const std::string_view value = take_word(rest);
    // Half a number is another number.
    if (value.empty() || (rest.empty() && !line.complete)) return;
    for (const auto& item : kSocketUsage) {
      if (item.group == protocol && item.name == name) to.*item.member = number_of<std::uint64_t>(value);
    }
  }
}

}  // namespace

void add_socket_usage(std::string_view text, SocketUsage& to) {
  while (const std::optional<Line> line = take_line(text)) add_line(*line, to);
}

}  // namespace tcpstat::procfs
