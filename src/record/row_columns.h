#pragma once
// What a record keeps of a row: makes cells of a table from connections and listeners, and the rows from these cells.

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/names.h"
#include "model/recorded_names.h"
#include "model/sink.h"
#include "record/cell_table.h"

namespace tcpstat::record {

/// How much of tcp_info is kept.
enum class InfoChoice : std::uint8_t {
  some,  ///< nineteen numbers: of all rows in a key frame, in other frames of rows that show trouble
  all,   ///< every number of every row of every sample
};
/// Whether tcp_info is kept of rows without trouble in this sample.
enum class Depth : std::uint8_t { trouble_alone, every_row };

std::vector<TableColumn> row_columns(InfoChoice info);
/// The column for the time at which the tcp_info of a row was read.
inline constexpr std::string_view kInfoTimeName = "tcp_info_ms";

/// How many rows are kept at most. Which ones are kept does not depend on their order, and hardly changes from sample
/// to sample.
struct RowLimits {
  std::size_t half_opens = 1000;  ///< of one listener
  std::size_t rows = 200'000;     ///< of all others but listeners
};

/// Packs the rows of one sample.
class RowPacker final : public Sink {
 public:
  struct Setting {
    InfoChoice info = InfoChoice::some;
    Depth depth = Depth::trouble_alone;
    std::uint64_t boot_ms = 0;  ///< when the sample was taken, CLOCK_BOOTTIME
    RowLimits limits = {};
    /// The next_bound() of the sample before: rows with a larger identity are not looked at.
    std::uint64_t bound = UINT64_MAX;
  };

  /// `room`: a sample that is no longer needed, whose memory is used again.
  RowPacker(Names& names, const Setting& setting, TableSample room = {});
  ~RowPacker() override;

  Flow connection(const Connection& row) override;
  Flow listener(const Listener& row) override;

  /// Once.
  [[nodiscard]] TableSample take() { return std::move(sample_); }
  /// Rows that were left out.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  /// The bound for the next sample. Sockets hardly change from one sample to the next, and neither does the largest
  /// identity that is kept, so that rows well past it need not be packed only to be thrown out. If sockets have gone,
  /// fewer rows than the limit are kept until the bound has grown.
  [[nodiscard]] std::uint64_t next_bound() const;

 private:
  class Chosen;

  template <typename Row>
  void pack(const Row& row, const Endpoint& remote, CellValue state);
  void put_info(const Connection& row);
  CellValue word(std::string_view text);
  void put_owners(const Socket& row);
  /// The place for the row of this identity; nothing: it is left out.
  std::optional<std::size_t> place(Chosen& chosen, std::uint64_t identity);
  void store(std::size_t at, std::uint64_t identity);

  Names& names_;
  Setting setting_;
  std::size_t width_;
  TableSample sample_;
  std::vector<CellValue> row_;  ///< being packed
  std::unordered_map<std::string, CellValue, TextHash, std::equal_to<>> words_;
  std::string owners_;  ///< being packed
  std::unique_ptr<Chosen> others_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Chosen>> half_opens_;  ///< by listener
  std::uint64_t dropped_ = 0;
};

/// Hands the rows of `table`, a sample that was taken at `boot_ms`, to `sink`; `names` learns what they are called.
/// Returns how many could not be shown: their state is of a later version.
std::uint64_t unpack(const Table& table, std::uint64_t boot_ms, RecordedNames& names, Sink& sink);

}  // namespace tcpstat::record
