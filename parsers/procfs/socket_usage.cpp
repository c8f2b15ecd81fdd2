#include "parsers/procfs/socket_usage.h"

#include <array>

#include "parsers/procfs/text_cursor.h"

namespace tcpstat::procfs {
namespace {

struct Item {
  std::string_view protocol;
  std::string_view name;
  std::optional<std::uint64_t> SocketUsage::*member;
};

constexpr auto kItems = std::to_array<Item>({
    {"TCP:", "inuse", &SocketUsage::inuse},
    {"TCP:", "orphan", &SocketUsage::orphan},
    {"TCP:", "tw", &SocketUsage::tw},
    {"TCP:", "alloc", &SocketUsage::alloc},
    {"TCP:", "mem", &SocketUsage::mem_pages},
    {"TCP6:", "inuse", &SocketUsage::inuse6},
});

void add_line(const Line& line, SocketUsage& to) {
  std::string_view rest = line.text;
  const std::string_view protocol = take_word(rest);
  for (std::string_view name = take_word(rest); !name.empty(); name = take_word(rest)) {
    const std::string_view value = take_word(rest);
    // Half a number is another number.
    if (value.empty() || (rest.empty() && !line.complete)) return;
    for (const Item& item : kItems) {
      if (item.protocol == protocol && item.name == name) to.*item.member = number_of<std::uint64_t>(value);
    }
  }
}

}  // namespace

SocketUsage socket_usage(std::string_view sockstat, std::string_view sockstat6) {
  SocketUsage usage;
  while (const std::optional<Line> line = take_line(sockstat)) add_line(*line, usage);
  while (const std::optional<Line> line = take_line(sockstat6)) add_line(*line, usage);
  return usage;
}

}  // namespace tcpstat::procfs
