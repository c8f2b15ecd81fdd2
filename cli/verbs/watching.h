#pragma once
// What both kinds of watch share: the times of a sample, what is said of each, and how a watch ends.

#include <set>
#include <string>

#include "cli/exit_status.h"
#include "cli/notes.h"
#include "cli/options/command.h"
#include "cli/output.h"
#include "cli/ticker.h"
#include "parsers/host/replayed_record.h"
#include "render/transition_writer.h"
#include "report/coverage.h"
#include "survey/dump.h"

namespace tcpstat::cli::verbs {

/// The interval without --interval.
inline constexpr std::chrono::milliseconds kUsualInterval{1000};

/// What the clock of the host shows, with milliseconds of the local time if samples are closer than a second.
render::SampleTime sample_time(std::uint64_t snapshot, std::chrono::milliseconds interval, const Clock& clock);

/// Prints what samples have to say on standard error: once, and not each second.
class SampleNotes {
 public:
  explicit SampleNotes(const Notes& notes) : notes_(notes) {}
  /// Prints what the sample before did not say already.
  void print(const Coverage& coverage);

 private:
  const Notes& notes_;
  std::set<std::string> before_;
};

/// How the samples went, together.
struct WatchResult {
  std::uint64_t samples = 0;
  std::uint64_t failed = 0;   ///< samples that could not be read to the end
  std::uint64_t partial = 0;  ///< samples that may lack rows, the failed ones included

  void add(const survey::Dump& dump);
  /// A failure if nothing could be read, or with --strict not everything.
  [[nodiscard]] ExitStatus status(const options::SourceChoice& source) const;
};

/// What the samples are of, and how they are told.
struct Watched {
  Host& host;
  const render::Format& format;
  Output& output;
  const Notes& notes;
  host::ReplayedRecord* replay = nullptr;  ///< `host`, if it is a record; null: samples are new ones
};

/// The samples of a watch: new ones each at its time, or those of a record one after the other.
class Samples {
 public:
  Samples(const Watched& watched, const options::Sampling& sampling);

  /// False when there is none.
  bool next();
  /// How many there were so far.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] render::SampleTime time() const { return sample_time(count_, interval_, watched_.host.clock()); }

 private:
  const Watched& watched_;
  std::chrono::milliseconds interval_;
  std::optional<std::uint64_t> most_;
  std::optional<Ticker> ticker_;
  std::uint64_t count_ = 0;
};

ExitStatus take_samples(const options::WatchCommand& watch, const Watched& watched);
ExitStatus take_samples(const options::EventsCommand& watch, const Watched& watched);

}  // namespace tcpstat::cli::verbs
