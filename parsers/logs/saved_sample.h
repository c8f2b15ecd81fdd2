#pragma once
// One sample of a saved file: its rows, what the file tells about them, and what is missing.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "model/recorded_names.h"
#include "model/row_store.h"
#include "model/sink.h"
#include "parsers/source/row_identity.h"
#include "report/coverage.h"
#include "report/report.h"

namespace tcpstat::logs {

class SavedSample {
 public:
  /// As the file tells them.
  struct Facts {
    std::string time;  ///< RFC 3339; empty: not told
    std::optional<std::string> host;
    std::optional<std::string> kernel;
    std::optional<std::uint64_t> netns;

    /// All but the time, which may come from elsewhere.
    void put_into(RunFacts& run) const {
      run.host = host;
      run.kernel = kernel;
      run.netns = netns;
    }
  };

  Facts facts;
  bool mptcp = false;  ///< rows are connections of MPTCP
  RecordedNames::Users users;
  Coverage coverage;
  RowStore rows;

  /// What becomes of equal rows that have only their tuple as identity.
  enum class Alike : std::uint8_t { kept, kept_side_by_side, one };

  /// If a socket comes again, its last row counts: a dump repeats rows, and the later one is newer.
  void add(const Connection& row, Alike alike = Alike::kept);
  void add(const Listener& row, Alike alike = Alike::kept);
  /// The same for a row in a format of the kernel; what follows from its facts is added.
  void complete(Connection row, Alike alike);
  void complete(Listener row, Alike alike);

  /// Makes room for so many connections at once: growing step by step touches twice the memory.
  void expect(std::size_t connections) {
    rows.connections().reserve(connections);
    connections_.reserve(connections);
  }

  /// Hands over the rows until Flow::stop.
  void hand_over(Sink& sink);

  /// Swaps the addresses, for a file that a host of the other byte order wrote.
  void read_in_other_order();

  /// How many rows were replaced by one in another state.
  [[nodiscard]] std::uint64_t changed() const { return changed_; }

 private:
  template <typename Row>
  void keep(const Row& row, const Endpoint& remote, Alike alike);

  source::RowIdentity identity_;
  std::unordered_map<std::uint64_t, std::size_t> connections_;  ///< places by identity
  std::unordered_map<std::uint64_t, std::size_t> listeners_;
  std::uint64_t last_ = 0;  ///< identity of the row before this one
  std::uint64_t side_by_side_ = 0;
  std::uint64_t changed_ = 0;
};

/// Hands over the samples of a file one after the other.
class SavedSamples {
 public:
  using Take = std::function<void(std::unique_ptr<SavedSample>)>;

  explicit SavedSamples(Take take) : take_(std::move(take)) {}

  /// Ends the sample before it.
  SavedSample& begin();
  /// The open sample; one begins with its first row.
  SavedSample& current() { return open_ != nullptr ? *open_ : begin(); }
  [[nodiscard]] bool is_open() const { return open_ != nullptr; }
  /// Rows of the open sample so far, with those that came again.
  [[nodiscard]] std::uint64_t rows() const {
    return open_ == nullptr ? 0 : open_->coverage.rows_read + open_->coverage.duplicates_dropped;
  }
  void end();

 private:
  Take take_;
  std::unique_ptr<SavedSample> open_;
};

/// Makes samples of the bytes of a saved file. An incomplete rest at the end belongs to the last one.
class SampleReader {
 public:
  SampleReader() = default;
  SampleReader(const SampleReader&) = delete;
  SampleReader& operator=(const SampleReader&) = delete;
  virtual ~SampleReader() = default;

  virtual void feed(std::string_view block) = 0;
  /// The file has ended.
  virtual void finish() = 0;
};

}  // namespace tcpstat::logs
