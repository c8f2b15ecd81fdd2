#pragma once
// Makes a history from the counts of a record, sample by sample.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "record/cell_table.h"
#include "record/frame.h"
#include "report/record_history.h"

namespace tcpstat::record {

/// The names of counts, for the writer that packs them and the reader that finds them. A kind is one of history_keys().
namespace count_name {
std::string state(std::string_view family, std::string_view state);
std::string listener(std::string_view endpoint, std::string_view what);
std::string finding(std::string_view rule, std::string_view subject);
}  // namespace count_name

class HistoryBuilder {
 public:
  /// `step`: the length of time that a value stands for; nothing: a value for each sample.
  HistoryBuilder(std::string by, std::optional<std::chrono::milliseconds> step);

  /// Adds the next sample in the order of their times, with the header of its file.
  void add(const FileHeader& file, const FrameHeader& header, const Table& table);
  /// The history with at most `limit` series or findings: the worst findings, the fullest listeners, and of others the
  /// first in the order of History. Series that were zero all the time give way to others.
  [[nodiscard]] History take(std::optional<std::uint64_t> limit);

 private:
  static constexpr std::int32_t kOther = -1;

  struct Sums {
    double total = 0;
    std::uint64_t samples = 0;
    std::optional<std::uint64_t> before;  ///< the counter's value in the sample before
  };

  std::int32_t series_of(std::string_view name);
  void add_numbers(const Table& table);
  void add_findings(std::chrono::microseconds at, const Table& table);
  void put(std::size_t series, std::optional<std::uint64_t> value);
  /// Notes what is missing between the sample before and this one, and leaves a step without a value there.
  void note_gap(const FileHeader& file, const FrameHeader& header, std::chrono::microseconds at);
  void tell_gaps();

  struct Gaps {
    std::uint64_t count = 0;
    std::chrono::microseconds from{};  ///< the first
    std::chrono::microseconds to{};
  };

  History history_;
  std::string prefix_;
  std::array<std::uint8_t, 16> boot_{};       ///< of the sample before
  std::uint64_t file_ = 0;                    ///< of the sample before, by its first sample
  std::uint64_t number_ = 0;                  ///< of the sample before
  Gaps lost_;                                 ///< samples that were taken and are not there
  Gaps pauses_;                               ///< times in which none was taken
  std::vector<std::int32_t> series_of_slot_;  ///< of this file
  std::unordered_map<std::string, std::int32_t> series_;
  std::vector<Sums> sums_;
  std::vector<std::optional<std::uint64_t>> sample_;         ///< of each series, in the sample that is being added
  std::unordered_map<std::string, std::size_t> unfinished_;  ///< findings that the sample before showed
};

}  // namespace tcpstat::record
