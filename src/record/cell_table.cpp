#include "record/cell_table.h"

#include <algorithm>
#include <utility>

#include "record/bytes.h"

namespace tcpstat::record {
namespace {

enum Section : std::uint8_t { kMeta = 1, kWords = 2, kGone = 3, kBorn = 4, kChanged = 5 };

void append_section(std::string& to, Section id, std::string_view content) {
  append_varint(to, id);
  append_text(to, content);
}

/// Slots in ascending order, each as its distance from the one before.
void append_slots(std::string& to, const std::vector<std::uint32_t>& slots) {
  append_varint(to, slots.size());
  std::uint32_t before = 0;
  for (const std::uint32_t slot : slots) {
    append_varint(to, slot - before);
    before = slot;
  }
}

/// Nothing if a slot is out of range.
std::optional<std::vector<std::uint32_t>> read_slots(ByteReader& reader, std::size_t most) {
  const auto count = reader.varint();
  if (!count || *count > reader.left()) return std::nullopt;
  std::vector<std::uint32_t> slots;
  slots.reserve(static_cast<std::size_t>(*count));
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto step = reader.varint();
    if (!step || *step > most) return std::nullopt;
    at += *step;
    if (at >= most) return std::nullopt;
    slots.push_back(static_cast<std::uint32_t>(at));
  }
  return slots;
}

}  // namespace

bool Table::apply_key(std::string_view payload) {
  *this = Table();
  return apply(payload) && !columns_.empty();
}

bool Table::apply_difference(std::string_view payload) { return !columns_.empty() && apply(payload); }

bool Table::apply(std::string_view payload) {
  ByteReader reader(payload);
  while (!reader.at_end()) {
    const auto id = reader.varint();
    const auto section = reader.text();
    if (!id || !section) return false;
    bool right = true;
    if (*id == kMeta) right = read_meta(*section);
    if (*id == kWords) right = read_words(*section);
    if (*id == kGone) right = read_gone(*section);
    if (*id == kBorn) right = read_born(*section);
    if (*id == kChanged) right = read_changed(*section);
    if (!right) return false;
  }
  return true;
}

bool Table::read_meta(std::string_view section) {
  if (!columns_.empty()) return false;
  ByteReader reader(section);
  const auto facts = reader.varint();
  for (std::uint64_t i = 0; facts && i < *facts; ++i) {
    const auto name = reader.text();
    const auto value = reader.text();
    if (!name || !value) return false;
    facts_.emplace_back(*name, *value);
  }
  const auto columns = reader.varint();
  if (!columns || *columns > reader.left()) return false;
  for (std::uint64_t i = 0; i < *columns; ++i) {
    const auto name = reader.text();
    const auto kind = reader.varint();
    const auto sticky = reader.varint();
    if (!name || !kind || !sticky) return false;
    columns_.push_back({std::string(*name), static_cast<CellKind>(*kind), *sticky != 0});
  }
  return true;
}

bool Table::read_words(std::string_view section) {
  ByteReader reader(section);
  while (!reader.at_end()) {
    const auto word = reader.text();
    if (!word) return false;
    words_.emplace_back(*word);
  }
  return true;
}

bool Table::read_gone(std::string_view section) {
  ByteReader reader(section);
  const auto slots = read_slots(reader, used_.size());
  if (!slots) return false;
  for (const std::uint32_t slot : *slots) {
    if (used_[slot] == 0) return false;
    used_[slot] = 0;
    --rows_;
  }
  return true;
}

bool Table::read_born(std::string_view section) {
  ByteReader reader(section);
  const auto count = reader.varint();
  // Each row has at least a byte in each column.
  if (columns_.empty() || !count || *count > reader.left() / columns_.size()) return false;
  const std::size_t first = used_.size();
  const auto added = static_cast<std::size_t>(*count);
  used_.resize(first + added, 1);
  cells_.resize(used_.size() * columns_.size());
  rows_ += added;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    const auto bytes = reader.text();
    if (!bytes) return false;
    ByteReader stream(*bytes);
    CellValue before = 0;
    for (std::size_t row = first; row < used_.size(); ++row) {
      const auto step = stream.varint();
      if (!step) return false;
      before = unzigzag(before, *step);
      cells_[row * columns_.size() + column] = before;
    }
  }
  return true;
}

bool Table::read_changed(std::string_view section) {
  ByteReader reader(section);
  const auto slots = read_slots(reader, used_.size());
  if (!slots) return false;
  const auto masks = reader.text();
  const std::size_t mask_bytes = (columns_.size() + 7) / 8;
  if (!masks || masks->size() != slots->size() * mask_bytes) return false;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    const auto bytes = reader.text();
    if (!bytes) return false;
    ByteReader stream(*bytes);
    for (std::size_t i = 0; i < slots->size(); ++i) {
      const auto mask = static_cast<unsigned char>((*masks)[i * mask_bytes + column / 8]);
      if (((mask >> (column % 8)) & 1U) == 0) continue;
      const auto step = stream.varint();
      if (!step) return false;
      CellValue& cell = cells_[(*slots)[i] * columns_.size() + column];
      cell = unzigzag(cell, *step);
    }
  }
  return true;
}

TableEncoder::TableEncoder(std::vector<TableColumn> columns, std::uint64_t tolerance_ms) : tolerance_ms_(tolerance_ms) {
  table_.columns_ = std::move(columns);
}

void TableEncoder::settle(std::span<const CellValue> row, const std::vector<CellValue>& words,
                          std::span<const CellValue> before, std::vector<CellValue>& to) const {
  to.clear();
  const bool same = !before.empty() && before[0] == row[0];
  for (std::size_t i = 0; i < row.size(); ++i) {
    const TableColumn& column = table_.columns_[i];
    CellValue cell = row[i];
    if (column.kind == CellKind::word && cell != 0) cell = words[static_cast<std::size_t>(cell - 1)];
    if (!before.empty()) {
      const CellValue old = before[i];
      if (column.sticky && cell == 0 && same) cell = old;
      const std::uint64_t moved = cell > old ? cell - old : old - cell;
      if (column.kind == CellKind::time && cell != 0 && old != 0 && moved <= tolerance_ms_) cell = old;
    }
    to.push_back(cell);
  }
}

std::vector<CellValue> TableEncoder::take_words(const TableSample& sample, std::string& section) {
  std::vector<CellValue> indices;
  indices.reserve(sample.words.size());
  for (const std::string& word : sample.words) {
    const auto [at, is_new] = word_of_.try_emplace(word, table_.words_.size() + 1);
    if (is_new) {
      table_.words_.push_back(word);
      append_text(section, word);
    }
    indices.push_back(at->second);
  }
  return indices;
}

void TableEncoder::append_born(std::string& to, std::span<const CellValue> rows) const {
  const std::size_t width = table_.columns_.size();
  const std::size_t count = rows.size() / width;
  std::string content;
  append_varint(content, count);
  std::string stream;
  for (std::size_t column = 0; column < width; ++column) {
    stream.clear();
    CellValue before = 0;
    for (std::size_t row = 0; row < count; ++row) {
      const CellValue cell = rows[row * width + column];
      append_varint(stream, zigzag(before, cell));
      before = cell;
    }
    append_text(content, stream);
  }
  append_section(to, kBorn, content);
}

std::string TableEncoder::key(const TableSample& sample, TableFacts facts) {
  const std::size_t width = table_.columns_.size();
  const Table before = std::exchange(table_, Table());
  const auto slot_before = std::exchange(slot_of_, {});
  table_.columns_ = before.columns_;
  table_.facts_ = std::move(facts);
  word_of_.clear();
  std::string words;
  std::vector<CellValue> indices = take_words(sample, words);
  std::vector<CellValue> row;
  std::vector<CellValue> old;
  for (std::size_t i = 0; i < sample.rows(); ++i) {
    const auto known = slot_before.find(sample.identities[i]);
    old.clear();
    if (known != slot_before.end()) {
      const auto cells = before.row(known->second);
      old.assign(cells.begin(), cells.end());
      // Words are numbered anew.
      for (std::size_t column = 0; column < width; ++column) {
        if (table_.columns_[column].kind != CellKind::word || old[column] == 0) continue;
        const std::string word(before.word(old[column]));
        const auto [at, is_new] = word_of_.try_emplace(word, table_.words_.size() + 1);
        if (is_new) {
          table_.words_.push_back(word);
          append_text(words, word);
        }
        old[column] = at->second;
      }
    }
    settle(std::span(sample.cells).subspan(i * width, width), indices, old, row);
    table_.cells_.insert(table_.cells_.end(), row.begin(), row.end());
    slot_of_.insert_or_assign(sample.identities[i], static_cast<std::uint32_t>(i));
  }
  table_.used_.assign(sample.rows(), 1);
  table_.rows_ = sample.rows();

  std::string meta;
  append_varint(meta, table_.facts_.size());
  for (const auto& [name, value] : table_.facts_) {
    append_text(meta, name);
    append_text(meta, value);
  }
  append_varint(meta, width);
  for (const TableColumn& column : table_.columns_) {
    append_text(meta, column.name);
    append_varint(meta, static_cast<std::uint64_t>(column.kind));
    append_varint(meta, column.sticky ? 1 : 0);
  }
  std::string payload;
  append_section(payload, kMeta, meta);
  append_section(payload, kWords, words);
  append_born(payload, table_.cells_);
  return payload;
}

std::string TableEncoder::difference(const TableSample& sample) {
  const std::size_t width = table_.columns_.size();
  const std::size_t mask_bytes = (width + 7) / 8;
  std::string words;
  const std::vector<CellValue> indices = take_words(sample, words);

  struct Change {
    std::uint32_t slot;
    std::size_t row;
  };
  std::vector<Change> known;
  std::vector<std::size_t> born;
  std::vector<std::uint8_t> seen(table_.slots());
  for (std::size_t i = 0; i < sample.rows(); ++i) {
    const auto at = slot_of_.find(sample.identities[i]);
    // A second row of one identity is one more row.
    if (at == slot_of_.end() || seen[at->second] != 0) {
      born.push_back(i);
      continue;
    }
    seen[at->second] = 1;
    known.push_back({at->second, i});
  }
  std::sort(known.begin(), known.end(), [](const Change& a, const Change& b) { return a.slot < b.slot; });

  std::vector<std::uint32_t> gone;
  for (std::uint32_t slot = 0; slot < seen.size(); ++slot) {
    if (table_.used_[slot] != 0 && seen[slot] == 0) gone.push_back(slot);
  }
  std::vector<std::uint32_t> changed;
  std::string masks;
  std::vector<std::string> streams(width);
  std::vector<CellValue> row;
  for (const Change& one : known) {
    const std::span<CellValue> cells = std::span(table_.cells_).subspan(one.slot * width, width);
    settle(std::span(sample.cells).subspan(one.row * width, width), indices, cells, row);
    if (std::equal(row.begin(), row.end(), cells.begin())) continue;
    changed.push_back(one.slot);
    std::string mask(mask_bytes, '\0');
    for (std::size_t column = 0; column < width; ++column) {
      if (row[column] == cells[column]) continue;
      mask[column / 8] = static_cast<char>(static_cast<unsigned char>(mask[column / 8]) | (1U << (column % 8)));
      append_varint(streams[column], zigzag(cells[column], row[column]));
      cells[column] = row[column];
    }
    masks += mask;
  }
  if (!gone.empty()) {
    std::erase_if(slot_of_, [&](const auto& entry) { return seen[entry.second] == 0; });
    for (const std::uint32_t slot : gone) table_.used_[slot] = 0;
    table_.rows_ -= gone.size();
  }
  const std::size_t first = table_.cells_.size();
  for (const std::size_t i : born) {
    settle(std::span(sample.cells).subspan(i * width, width), indices, {}, row);
    slot_of_.insert_or_assign(sample.identities[i], static_cast<std::uint32_t>(table_.used_.size()));
    table_.used_.push_back(1);
    table_.cells_.insert(table_.cells_.end(), row.begin(), row.end());
  }
  table_.rows_ += born.size();

  std::string payload;
  if (!words.empty()) append_section(payload, kWords, words);
  std::string content;
  if (!gone.empty()) {
    append_slots(content, gone);
    append_section(payload, kGone, content);
  }
  // Slots of changed rows are those before the born ones are added.
  if (!changed.empty()) {
    content.clear();
    append_slots(content, changed);
    append_text(content, masks);
    for (const std::string& stream : streams) append_text(content, stream);
    append_section(payload, kChanged, content);
  }
  if (!born.empty()) append_born(payload, std::span(table_.cells_).subspan(first));
  return payload;
}

}  // namespace tcpstat::record
