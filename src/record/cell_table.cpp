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

/// Bytes of the longest varint.
constexpr std::size_t kMostVarint = 10;
/// Names, paths and lists of owners: more than any host has. Each takes much more memory than a byte of the file.
constexpr std::uint64_t kMostFacts = 1024;
constexpr std::uint64_t kMostColumns = 4096;
constexpr std::size_t kMostWords = std::size_t{4} << 20U;

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
  if (!facts || *facts > kMostFacts) return false;
  for (std::uint64_t i = 0; i < *facts; ++i) {
    const auto name = reader.text();
    const auto value = reader.text();
    if (!name || !value) return false;
    facts_.emplace_back(*name, *value);
  }
  const auto columns = reader.varint();
  if (!columns || *columns > kMostColumns) return false;
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
    if (!word || words_.size() >= kMostWords) return false;
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
    free_places_.push_back(places_[slot]);
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
  if (first == 0) {
    // Room for what differences will add, so that rows are not copied again and again. Memory that nobody writes is
    // never mapped.
    constexpr std::size_t kMostRoom = (std::size_t{64} << 20U) / sizeof(CellValue);
    cells_.reserve(std::min(most_slots(added) * columns_.size(), kMostRoom));
  }
  used_.resize(first + added, 1);
  auto next = static_cast<std::uint32_t>(cells_.size() / columns_.size());
  while (places_.size() < used_.size()) {
    places_.push_back(free_places_.empty() ? next++ : free_places_.back());
    if (!free_places_.empty()) free_places_.pop_back();
  }
  cells_.resize(next * columns_.size());
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
      cells_[first_cell(row) + column] = before;
    }
  }
  return true;
}

bool Table::read_changed(std::string_view section) {
  ByteReader reader(section);
  const auto slots = read_slots(reader, used_.size());
  if (!slots) return false;
  for (const std::uint32_t slot : *slots) {
    if (used_[slot] == 0) return false;
  }
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
      CellValue& cell = cells_[first_cell((*slots)[i]) + column];
      cell = unzigzag(cell, *step);
    }
  }
  return true;
}

TableEncoder::TableEncoder(std::vector<TableColumn> columns, std::uint64_t tolerance_ms) : tolerance_ms_(tolerance_ms) {
  table_.columns_ = std::move(columns);
  for (const TableColumn& column : table_.columns_) traits_.push_back({column.kind, column.sticky});
}

bool TableEncoder::settle(const CellValue* row, const std::vector<CellValue>& words, const CellValue* before,
                          CellValue* to) const {
  const bool same = before != nullptr && before[0] == row[0];
  bool moves = before == nullptr;
  for (std::size_t i = 0; i < traits_.size(); ++i) {
    const Traits column = traits_[i];
    CellValue cell = row[i];
    if (column.kind == CellKind::word && cell != 0) cell = words[static_cast<std::size_t>(cell - 1)];
    if (before != nullptr && cell != before[i]) {
      const CellValue old = before[i];
      if (column.sticky && cell == 0 && same) cell = old;
      const std::uint64_t moved = cell > old ? cell - old : old - cell;
      if (column.kind == CellKind::time && cell != 0 && old != 0 && moved <= tolerance_ms_) cell = old;
      moves = moves || cell != old;
    }
    to[i] = cell;
  }
  return moves;
}

void TableEncoder::take_slot(std::uint64_t identity, std::size_t slot) {
  slot_of_.insert_or_assign(identity, static_cast<std::uint32_t>(slot));
  identities_.push_back(identity);
  table_.used_.push_back(1);
}

CellValue TableEncoder::take_word(std::string_view word, std::string& section) {
  if (const auto known = word_of_.find(word); known != word_of_.end()) return known->second;
  table_.words_.emplace_back(word);
  append_text(section, word);
  return word_of_.emplace(word, table_.words_.size()).first->second;
}

std::vector<CellValue> TableEncoder::take_words(const TableSample& sample, std::string& section) {
  std::vector<CellValue> indices;
  indices.reserve(sample.words.size());
  for (const std::string& word : sample.words) indices.push_back(take_word(word, section));
  return indices;
}

void TableEncoder::append_born(std::string& to, std::span<const CellValue> rows) const {
  const std::size_t width = table_.columns_.size();
  const std::size_t count = rows.size() / width;
  // A block of rows at a time, because the cells of a column lie far apart.
  constexpr std::size_t kBlock = 128;
  std::vector<std::string> streams(width);
  std::vector<CellValue> before(width);
  for (std::size_t first = 0; first < count; first += kBlock) {
    const std::size_t last = std::min(first + kBlock, count);
    for (std::size_t column = 0; column < width; ++column) {
      CellValue& old = before[column];
      for (std::size_t row = first; row < last; ++row) {
        const CellValue cell = rows[row * width + column];
        append_varint(streams[column], zigzag(old, cell));
        old = cell;
      }
    }
  }
  std::string content;
  append_varint(content, count);
  std::size_t bytes = content.size();
  for (const std::string& stream : streams) bytes += stream.size() + kMostVarint;
  content.reserve(bytes);
  for (const std::string& stream : streams) append_text(content, stream);
  append_section(to, kBorn, content);
}

std::string TableEncoder::key(const TableSample& sample, TableFacts facts) {
  const std::size_t width = table_.columns_.size();
  const Table before = std::exchange(table_, Table());
  const auto slot_before = std::exchange(slot_of_, {});
  table_.columns_ = before.columns_;
  table_.facts_ = std::move(facts);
  word_of_.clear();
  identities_.clear();
  std::string words;
  std::vector<CellValue> indices = take_words(sample, words);
  std::vector<CellValue> index_now(before.words_.size());  // of the words that the table had; 0: not asked yet
  std::vector<CellValue> old(width);
  table_.cells_.resize(sample.rows() * width);
  table_.used_.reserve(sample.rows());
  identities_.reserve(sample.rows());
  slot_of_.reserve(sample.rows());
  for (std::size_t i = 0; i < sample.rows(); ++i) {
    const auto known = slot_before.find(sample.identities[i]);
    const bool is_known = known != slot_before.end();
    if (is_known) {
      const auto cells = before.row(known->second);
      std::copy(cells.begin(), cells.end(), old.begin());
    }
    // Words are numbered anew.
    for (std::size_t column = 0; is_known && column < width; ++column) {
      if (table_.columns_[column].kind != CellKind::word || old[column] == 0) continue;
      CellValue& now = index_now[static_cast<std::size_t>(old[column] - 1)];
      if (now == 0) now = take_word(before.word(old[column]), words);
      old[column] = now;
    }
    settle(&sample.cells[i * width], indices, is_known ? old.data() : nullptr, &table_.cells_[i * width]);
    take_slot(sample.identities[i], i);
  }
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

  std::vector<std::size_t> born;
  std::vector<std::uint32_t> row_of(table_.slots());  // of the slots, from 1; 0: none
  for (std::size_t i = 0; i < sample.rows(); ++i) {
    const auto at = slot_of_.find(sample.identities[i]);
    // A second row with the same identity is stored as one more row.
    if (at == slot_of_.end() || row_of[at->second] != 0) {
      born.push_back(i);
      continue;
    }
    row_of[at->second] = static_cast<std::uint32_t>(i + 1);
  }

  std::vector<std::uint32_t> gone;
  std::vector<std::uint32_t> changed;
  std::string masks;
  std::vector<std::string> streams(width);
  std::vector<CellValue> row(width);
  for (std::uint32_t slot = 0; slot < row_of.size(); ++slot) {
    if (row_of[slot] == 0) {
      if (table_.used_[slot] != 0) gone.push_back(slot);
      continue;
    }
    const std::span<CellValue> cells = std::span(table_.cells_).subspan(slot * width, width);
    if (!settle(&sample.cells[(row_of[slot] - 1) * width], indices, cells.data(), row.data())) continue;
    changed.push_back(slot);
    std::string mask(mask_bytes, '\0');
    for (std::size_t column = 0; column < width; ++column) {
      if (row[column] == cells[column]) continue;
      mask[column / 8] = static_cast<char>(static_cast<unsigned char>(mask[column / 8]) | (1U << (column % 8)));
      append_varint(streams[column], zigzag(cells[column], row[column]));
      cells[column] = row[column];
    }
    masks += mask;
  }
  for (const std::uint32_t slot : gone) {
    const auto entry = slot_of_.find(identities_[slot]);
    if (entry != slot_of_.end() && entry->second == slot) slot_of_.erase(entry);
    table_.used_[slot] = 0;
  }
  table_.rows_ -= gone.size();
  const std::size_t first = table_.cells_.size();
  for (const std::size_t i : born) {
    settle(&sample.cells[i * width], indices, nullptr, row.data());
    take_slot(sample.identities[i], table_.used_.size());
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
  // Changed rows come before new ones, because their slots are numbered without these.
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
