#pragma once
// What both kinds of watch share: the times of a sample, what is said of each, and how a watch ends.

#include <set>
#include <string>

#include "cli/exit_status.h"
#include "cli/notes.h"
#include "cli/options/request.h"
#include "cli/output.h"
#include "cli/ticker.h"
#include "render/transition_writer.h"
#include "report/coverage.h"
#include "survey/dump.h"

namespace tcpstat::cli::verbs {

/// Now, with milliseconds of the local time where samples are closer than a second.
render::SampleTime sample_time(std::uint64_t snapshot, std::chrono::milliseconds interval);

/// What a sample has to say on standard error, once and not each second.
class SampleNotes {
 public:
  explicit SampleNotes(const Notes& notes) : notes_(notes) {}
  /// What the sample before did not say already.
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
  /// Nothing could be read, or with --strict not everything.
  [[nodiscard]] ExitStatus status(const options::Request& request) const;
};

ExitStatus watch_lists(const options::Request& request, Host& host, Output& output, const Notes& notes);
ExitStatus watch_events(const options::Request& request, Host& host, Output& output, const Notes& notes);

}  // namespace tcpstat::cli::verbs
