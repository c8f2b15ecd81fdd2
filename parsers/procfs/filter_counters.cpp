#include "parsers/procfs/filter_counters.h"

#include <cstddef>

#include "parsers/procfs/text_cursor.h"

namespace tcpstat::procfs {
namespace {

std::optional<std::size_t> column_of(std::string_view names, std::string_view name) {
  std::size_t column = 0;
  for (std::string_view word = take_word(names); !word.empty(); word = take_word(names), ++column) {
    if (word == name) return column;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> value_at(const Line& line, std::size_t column) {
  std::string_view rest = line.text;
  for (; column > 0; --column) take_word(rest);
  const std::string_view word = take_word(rest);
  // Half a number is another number.
  if (rest.empty() && !line.complete) return std::nullopt;
  return number_of<std::uint32_t>(word, 16);
}

std::optional<std::uint64_t> sum_of(std::string_view lines, std::size_t column) {
  std::optional<std::uint64_t> sum;
  while (const std::optional<Line> line = take_line(lines)) {
    const std::optional<std::uint32_t> value = value_at(*line, column);
    if (!value) return std::nullopt;
    sum = sum.value_or(0) + *value;
  }
  return sum;
}

std::optional<std::uint64_t> named_sum(std::string_view text, std::string_view name) {
  const std::optional<Line> names = take_line(text);
  if (!names) return std::nullopt;
  const std::optional<std::size_t> column = column_of(names->text, name);
  return column ? sum_of(text, *column) : std::nullopt;
}

}  // namespace

bool add_filter_counters(std::string_view file, std::string_view text, FilterCounters& to) {
  std::string_view lines = text;
  const std::optional<Line> first = take_line(lines);
  bool whole = first && first->complete;
  for (const auto& counter : kFilterCounters) {
    if (counter.file != file) continue;
    const auto number = number_of<std::size_t>(counter.name);
    to.*counter.member = number ? sum_of(text, *number) : named_sum(text, counter.name);
    const bool has_column = number || (first && column_of(first->text, counter.name));
    whole = whole && (!has_column || to.*counter.member);
  }
  return whole;
}

}  // namespace tcpstat::procfs
