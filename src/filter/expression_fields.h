#pragma once
// The fields of a filter by name: those of ss, those of rows, and every column that holds a number.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/column.h"

namespace tcpstat::filter {

enum class FieldKind : std::uint8_t {
  state,    ///< `state X`
  exclude,  ///< `exclude X`
  end,      ///< `src HOST`
  port,     ///< `sport`, `dport`, `port`
  device,
  mark,
  family,
  user,
  uid,
  pid,
  process,
  cgroup,
  word,      ///< another column that holds a word
  number,    ///< a column that holds a number
  duration,  ///< the same, with the unit of time that its name ends in
  alone,     ///< `autobound`: a test without a value
  known,     ///< `known FIELD`
};

struct Field {
  std::string_view name;
  FieldKind kind;
  std::string_view meaning{};
  const Column* column = nullptr;
  /// The field was typed with its unit (rtt_us), so that a number needs none.
  bool unit_in_name = false;
};

/// Fields with a name of their own, in the order in which they are explained.
std::vector<Field> named_fields();
/// The field that a word names, in any case and with `-` or `_`: one of named_fields(), a column that holds a number,
/// with or without its unit, or another name, such as those of ss.
std::optional<Field> find_field(std::string_view word);
/// Every word that find_field() knows, for hints.
std::vector<std::string_view> field_words();
/// Why a word that looks like a field is none, as a sentence; empty for any other word.
std::string_view why_no_field(std::string_view word);

}  // namespace tcpstat::filter
