#include "record/counts.h"

#include <functional>

namespace tcpstat::record {

std::vector<TableColumn> count_columns() {
  return {{"name", CellKind::word}, {"value", CellKind::number}, {"text", CellKind::word}};
}

void CountsPacker::add(std::string_view kind, std::string_view name, std::optional<std::uint64_t> value,
                       std::string_view text) {
  if (!value) return;
  const auto word = [this](std::string text_of_word) {
    sample_.words.push_back(std::move(text_of_word));
    return static_cast<CellValue>(sample_.words.size());
  };
  std::string whole = std::string(kind) + "/" + std::string(name);
  sample_.identities.push_back(std::hash<std::string>{}(whole));
  sample_.cells.push_back(word(std::move(whole)));
  sample_.cells.push_back(to_cell(*value));
  sample_.cells.push_back(text.empty() ? 0 : word(std::string(text)));
}

}  // namespace tcpstat::record
