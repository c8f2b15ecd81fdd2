#pragma once
// The rows of a sample as numbers: columns of cells. A record holds a whole table now and then, and what changed in
// between. Only record/row_columns.h knows what the columns mean.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tcpstat::record {

/// A hash for tables of strings, so that views can be looked up in them.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// A cell: 0 is unknown, else the value plus one; in a `raw` column the value itself.
using CellValue = std::uint64_t;
constexpr CellValue to_cell(std::optional<std::uint64_t> value) { return value ? *value + 1 : 0; }
constexpr std::optional<std::uint64_t> from_cell(CellValue cell) {
  return cell == 0 ? std::nullopt : std::optional<std::uint64_t>(cell - 1);
}

enum class CellKind : std::uint8_t {
  number = 1,
  raw = 2,
  time = 3,  ///< milliseconds on the boot clock; a time that moved by no more than the tolerance keeps its old value
  word = 4,  ///< index of a word
};

struct TableColumn {
  std::string name;
  CellKind kind = CellKind::number;
  /// An unknown value is replaced by that of the sample before, as long as the row's first cell stays the same.
  bool sticky = false;

  friend bool operator==(const TableColumn&, const TableColumn&) = default;
};

/// Facts of the whole table, text by name: host, kernel, version, …
using TableFacts = std::vector<std::pair<std::string, std::string>>;

/// One sample, as input for a record. Cells of words are indices of `words`, plus one.
struct TableSample {
  std::vector<std::uint64_t> identities;  ///< one a row
  std::vector<CellValue> cells;           ///< row by row
  std::vector<std::string> words;

  [[nodiscard]] std::size_t rows() const { return identities.size(); }
};

/// A writer with more slots than this for `rows` rows begins anew with a key frame.
constexpr std::size_t most_slots(std::size_t rows) { return 4 * rows + 4096; }

/// The table as a reader has it. Rows stand in slots, and some slots are empty.
class Table {
 public:
  [[nodiscard]] const std::vector<TableColumn>& columns() const { return columns_; }
  [[nodiscard]] const TableFacts& facts() const { return facts_; }
  [[nodiscard]] std::size_t slots() const { return used_.size(); }
  [[nodiscard]] bool is_used(std::size_t slot) const { return used_[slot] != 0; }
  [[nodiscard]] std::span<const CellValue> row(std::size_t slot) const {
    return std::span(cells_).subspan(first_cell(slot), columns_.size());
  }
  /// The word of a cell in a word column; empty for unknown.
  [[nodiscard]] std::string_view word(CellValue cell) const {
    if (cell == 0 || cell > words_.size()) return {};
    return words_[static_cast<std::size_t>(cell - 1)];
  }
  [[nodiscard]] std::size_t rows() const { return rows_; }

  /// Replaces the table by that of a key frame, or applies a difference to it. False if the payload is damaged; then
  /// the table must not be used until the next key frame.
  bool apply_key(std::string_view payload);
  bool apply_difference(std::string_view payload);

 private:
  friend class TableEncoder;
  [[nodiscard]] std::size_t first_cell(std::size_t slot) const {
    return (places_.empty() ? slot : places_[slot]) * columns_.size();
  }
  bool apply(std::string_view payload);
  bool read_meta(std::string_view section);
  bool read_words(std::string_view section);
  bool read_gone(std::string_view section);
  bool read_born(std::string_view section);
  bool read_changed(std::string_view section);

  std::vector<TableColumn> columns_;
  TableFacts facts_;
  std::vector<CellValue> cells_;
  std::vector<std::uint8_t> used_;
  /// The place of each slot, as a row of cells_. A reader gives the place of a row that has gone to the next new one. A
  /// writer keeps slots in order, and this is empty.
  std::vector<std::uint32_t> places_;
  std::vector<std::uint32_t> free_places_;
  std::vector<std::string> words_;
  std::size_t rows_ = 0;
};

/// The writer of a table. It keeps the table as readers have it, so that rounding errors do not add up.
class TableEncoder {
 public:
  TableEncoder(std::vector<TableColumn> columns, std::uint64_t tolerance_ms);

  /// Make payloads. A key frame numbers its rows anew; the first frame has to be one, and so has the next after a
  /// failed write.
  std::string key(const TableSample& sample, TableFacts facts);
  std::string difference(const TableSample& sample);
  /// Whether so many slots are empty that a key frame is due.
  [[nodiscard]] bool wants_key() const { return table_.slots() > most_slots(table_.rows()); }

 private:
  /// A column without its name, kept apart because every cell asks for this.
  struct Traits {
    CellKind kind;
    bool sticky;
  };

  /// Makes the row as it is to be stored: with words of the table, and with what it keeps of `before` (null: there was
  /// none). Returns whether it differs from `before`.
  bool settle(const CellValue* row, const std::vector<CellValue>& words, const CellValue* before, CellValue* to) const;
  /// Adds a row in the next slot.
  void take_slot(std::uint64_t identity, std::size_t slot);
  /// The index in the table; a new word is added to `section`.
  CellValue take_word(std::string_view word, std::string& section);
  /// Indices of the table for those of the sample; new ones are added to `section`.
  std::vector<CellValue> take_words(const TableSample& sample, std::string& section);
  void append_born(std::string& to, std::span<const CellValue> rows) const;

  Table table_;
  std::vector<Traits> traits_;
  std::uint64_t tolerance_ms_;
  std::vector<std::uint64_t> identities_;  ///< by slot
  std::unordered_map<std::uint64_t, std::uint32_t> slot_of_;
  std::unordered_map<std::string, CellValue, TextHash, std::equal_to<>> word_of_;
};

}  // namespace tcpstat::record
