#pragma once
// The rules of a check, sample after sample: each is judged by itself and beside an earlier one, and what is found is
// known since its first sample. It sleeps nowhere: when the next sample is due is the caller's business.

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "detect/sample/syn_sample.h"
#include "detect/sample/tracked_requests.h"
#include "filter/filter.h"
#include "model/host.h"
#include "model/kernel_facts.h"
#include "report/finding.h"
#include "report/report.h"

namespace tcpstat::check {

/// Something wrong, or worth knowing.
struct Problem {
  Finding finding;
  Clock::Instant since;  ///< of the first sample that showed it without a break
};

/// What the rules are given of each row.
enum class Depth : std::uint8_t {
  rows,       ///< what a list has: cheap at any number of sockets
  no_owners,  ///< tcp_info and memory too
  whole,      ///< and owners, as a check has them
};

struct Judged {
  Report reading;
  std::optional<Error> error;  ///< the dump ended early
  Severity status = Severity::ok;
  std::vector<Problem> problems;  ///< the worst first
  std::vector<SynVerdict> verdicts;
  std::vector<ListenerDrops> drops;  ///< since the earlier sample, `apart` ago
  std::optional<std::chrono::milliseconds> apart;
  detect::SynSample half_opens;
  KernelFacts facts;
  std::vector<OpenFilesLimit> open_files;  ///< of processes that a rule asked about
};

class ContinuousCheck {
 public:
  /// `filter` narrows what the rules see; its states do not count, because rules look at all of them.
  ContinuousCheck(Host& host, const filter::Filter& filter);

  /// One dump of all states, of which `rows` sees what the filter matches.
  Judged look(Sink& rows, Depth depth);

 private:
  /// What later samples are held against.
  struct Earlier {
    Clock::Instant at;
    detect::SynSample sample;
    KernelFacts facts;
    detect::TrackedRequests followed;
    std::optional<KernelCounters> after_first_second;
  };
  struct CountersAt {
    Clock::Instant at;
    KernelCounters counters;
  };

  [[nodiscard]] const Earlier* earlier(Clock::Instant now) const;
  void remember(Clock::Instant now, const detect::SynSample& sample, const KernelFacts& facts);
  void keep_since(std::vector<Finding> findings, Clock::Instant now, Judged& judged);

  Host& host_;
  filter::Filter filter_;
  std::deque<Earlier> earlier_;  ///< oldest first, two at most
  std::deque<CountersAt> counters_;
  std::vector<Problem> before_;
};

}  // namespace tcpstat::check
