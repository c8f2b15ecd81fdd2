#pragma once
// The rows of a sample as numbers: columns of cells. A record holds a whole table now and then, and what changed in
// between. What the columns mean, only record/row_columns.h knows.

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

/// For tables of texts in which views are looked up.
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
  time = 3,  ///< milliseconds on the boot clock; one that moved less than the tolerance is kept as it was
  word = 4,  ///< index of a word
};

struct TableColumn {
  std::string name;
  CellKind kind = CellKind::number;
  /// A row that does not know it keeps what the sample before knew, as long as its first cell stays the same.
  bool sticky = false;

  friend bool operator==(const TableColumn&, const TableColumn&) = default;
};

/// Facts of the whole table, text by name: host, kernel, version, …
using TableFacts = std::vector<std::pair<std::string, std::string>>;

/// What a record is made of: one sample. Cells of words are indices of `words`, plus one.
struct TableSample {
  std::vector<std::uint64_t> identities;  ///< one a row
  std::vector<CellValue> cells;           ///< row by row
  std::vector<std::string> words;

  [[nodiscard]] std::size_t rows() const { return identities.size(); }
};

/// A writer that has more slots than this for so many rows begins anew.
constexpr std::size_t most_slots(std::size_t rows) { return 4 * rows + 4096; }

/// What a reader has: the rows stand in slots, and some are empty.
class Table {
 public:
  [[nodiscard]] const std::vector<TableColumn>& columns() const { return columns_; }
  [[nodiscard]] const TableFacts& facts() const { return facts_; }
  [[nodiscard]] std::size_t slots() const { return used_.size(); }
  [[nodiscard]] bool is_used(std::size_t slot) const { return used_[slot] != 0; }
  [[nodiscard]] std::span<const CellValue> row(std::size_t slot) const {
    return std::span(cells_).subspan(first_cell(slot), columns_.size());
  }
  /// Of a cell of a word column; empty for unknown.
  [[nodiscard]] std::string_view word(CellValue cell) const {
    if (cell == 0 || cell > words_.size()) return {};
    return words_[static_cast<std::size_t>(cell - 1)];
  }
  [[nodiscard]] std::size_t rows() const { return rows_; }

  /// Makes this the table of a key frame, or carries it on by a difference. False if the payload is damaged; then the
  /// table is worth nothing until the next key frame.
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
  /// Of the slots, in rows of cells_. A reader gives the place of a row that is gone to the next one that is born; a writer
  /// has them in order, and none here.
  std::vector<std::uint32_t> places_;
  std::vector<std::uint32_t> free_places_;
  std::vector<std::string> words_;
  std::size_t rows_ = 0;
};

/// What a writer has: the table as its readers have it, so that errors of rounding do not add up.
class TableEncoder {
 public:
  TableEncoder(std::vector<TableColumn> columns, std::uint64_t tolerance_ms);

  /// Payloads. A key frame numbers its rows anew; the first frame has to be one, and so has one after a failed write.
  std::string key(const TableSample& sample, TableFacts facts);
  std::string difference(const TableSample& sample);
  /// Empty slots have become many.
  [[nodiscard]] bool wants_key() const { return table_.slots() > most_slots(table_.rows()); }

 private:
  /// Of a column, without its name: every cell asks for them.
  struct Traits {
    CellKind kind;
    bool sticky;
  };

  /// The row as it is to be stored: with words of the table, and with what it keeps of `before` (null: nothing). Whether it
  /// differs from that.
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
  std::vector<std::uint64_t> identities_;  ///< of the slots
  std::unordered_map<std::uint64_t, std::uint32_t> slot_of_;
  std::unordered_map<std::string, CellValue, TextHash, std::equal_to<>> word_of_;
};

}  // namespace tcpstat::record
