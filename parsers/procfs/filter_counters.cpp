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

FilterCounters filter_counters(std::string_view conntrack, std::string_view synproxy, std::string_view softnet) {
  return {.conntrack_drop = named_sum(conntrack, "drop"),
          .conntrack_early_drop = named_sum(conntrack, "early_drop"),
          .conntrack_insert_failed = named_sum(conntrack, "insert_failed"),
          .synproxy_syn_received = named_sum(synproxy, "syn_received"),
          .synproxy_cookie_valid = named_sum(synproxy, "cookie_valid"),
          .synproxy_cookie_invalid = named_sum(synproxy, "cookie_invalid"),
          .softnet_dropped = sum_of(softnet, 1)};
}

}  // namespace tcpstat::procfs
