#include "parsers/procfs/kernel_counters.h"

#include <algorithm>

#include "parsers/procfs/text_cursor.h"

namespace tcpstat::procfs {
namespace {

struct Group {
  std::string_view name;
  std::string_view columns;
};

Group group_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  return {line.substr(0, colon), line.substr(colon + 1)};
}

/// False if names and values differ in number, or one of ours is no number.
bool add_group(std::string_view file, const Group& names, std::string_view values, KernelCounters& to) {
  std::string_view columns = names.columns;
  bool whole = true;
  for (;;) {
    const std::string_view name = take_word(columns);
    const std::string_view value = take_word(values);
    if (name.empty() || value.empty()) return whole && name.empty() && value.empty();
    for (const auto& counter : kKernelCounters) {
      if (counter.name == name && counter.group == names.name && counter.file == file) {
        to.*counter.member = number_of<std::uint64_t>(value);
        whole = whole && to.*counter.member;
      }
    }
  }
}

/// The group that a file must have: the last one with counters of ours.
std::string_view wanted_group(std::string_view file) {
  std::string_view group;
  for (const auto& counter : kKernelCounters) {
    if (counter.file == file) group = counter.group;
  }
  return group;
}

bool has_ours(std::string_view file, std::string_view group) {
  return std::any_of(kKernelCounters.begin(), kKernelCounters.end(),
                     [&](const auto& counter) { return counter.file == file && counter.group == group; });
}

}  // namespace

bool add_counters(std::string_view file, std::string_view text, KernelCounters& to) {
  const std::string_view wanted = wanted_group(file);
  bool found = false;
  bool whole = true;
  Group names;
  while (const std::optional<Line> line = take_line(text)) {
    Group group = group_of(line->text);
    if (group.name.empty() || group.name != names.name) {
      names = group;
      continue;
    }
    // Half a number is another number.
    if (!line->complete) group.columns = group.columns.substr(0, group.columns.find_last_of(" \t") + 1);
    const bool whole_group = add_group(file, names, group.columns, to);
    whole = whole && (whole_group || !has_ours(file, names.name));
    found = found || names.name == wanted;
    names = {};
  }
  return found && whole;
}

}  // namespace tcpstat::procfs
