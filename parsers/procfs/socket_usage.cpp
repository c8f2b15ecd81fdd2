#include "parsers/procfs/socket_usage.h"

#include <algorithm>

#include "parsers/procfs/text_cursor.h"

namespace tcpstat::procfs {
namespace {

bool is_wanted_protocol(std::string_view protocol) {
  return std::any_of(kSocketUsage.begin(), kSocketUsage.end(),
                     [protocol](const auto& item) { return item.group == protocol; });
}

/// False if a name has no value, or one of ours is no number.
bool add_line(const Line& line, SocketUsage& to) {
  std::string_view rest = line.text;
  const std::string_view protocol = take_word(rest);
  bool whole = true;
  for (std::string_view name = take_word(rest); !name.empty(); name = take_word(rest)) {
    const std::string_view value = take_word(rest);
    // Half a number is another number.
    if (value.empty() || (rest.empty() && !line.complete)) return false;
    for (const auto& item : kSocketUsage) {
      if (item.group != protocol || item.name != name) continue;
      to.*item.member = number_of<std::uint64_t>(value);
      whole = whole && to.*item.member;
    }
  }
  return whole;
}

}  // namespace

bool add_socket_usage(std::string_view text, SocketUsage& to) {
  bool any = false;
  bool whole = true;
  while (const std::optional<Line> line = take_line(text)) {
    const bool whole_line = add_line(*line, to);
    std::string_view rest = line->text;
    if (!is_wanted_protocol(take_word(rest))) continue;
    any = true;
    whole = whole && whole_line;
  }
  return any && whole;
}

}  // namespace tcpstat::procfs
