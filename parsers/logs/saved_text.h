#pragma once
// Text of /proc/net/tcp and tcp6 that was saved, once or again and again.

#include <array>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/line_splitter.h"
#include "parsers/logs/saved_sample.h"
#include "parsers/procfs/byte_order_guess.h"
#include "parsers/procfs/proc_net_tcp.h"
#include "parsers/procfs/row_reader.h"

namespace tcpstat::logs {

/// The error for a file whose tables are all of other sockets.
tl::unexpected<Error> no_tcp_table(const std::string& file);

class SavedText final : public SampleReader {
 public:
  /// Addresses are read in this host's byte order; `guess` is told what they say of it, and must outlive this.
  SavedText(SavedSamples& samples, procfs::ByteOrderGuess& guess) : samples_(samples), guess_(guess) {}

  void feed(std::string_view block) override;
  void finish() override;

  /// Whether a table that is not of TCP sockets came.
  [[nodiscard]] bool saw_other_table() const { return saw_other_table_; }
  /// Rows of such tables.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  void line(std::string_view text, procfs::proc_net_tcp::LineEnd end);
  void header(procfs::proc_net_tcp::Header table);
  void check_header(procfs::proc_net_tcp::Header table, std::string_view text, procfs::proc_net_tcp::LineEnd end);
  void row(procfs::proc_net_tcp::Row row);
  void next_sample();
  void end_table();
  void end_sample();
  void see(Family family);
  SavedSample& sample();

  // Rows have 150 to 300 characters; a file without newlines must not fill the memory.
  static constexpr std::size_t kLongestLine = 4096;

  SavedSamples& samples_;
  procfs::ByteOrderGuess& guess_;
  LineSplitter lines_{kLongestLine};
  procfs::RowReader reader_{{}};
  // Of the open sample: whether it has headers and rows of a family, which a header's words and a row's addresses tell.
  std::array<bool, 2> headers_{};
  std::array<bool, 2> rows_{};
  std::optional<Family> again_;  ///< of a header that this sample has already, until a row tells what it means
  bool in_other_table_ = false;
  bool saw_other_table_ = false;
  bool saw_header_ = false;
  std::uint64_t left_out_ = 0;
};

}  // namespace tcpstat::logs
