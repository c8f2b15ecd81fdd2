#pragma once
// The rules of a check, sample after sample of one network namespace: each is judged by itself and beside an earlier
// one, and what is found is known since its first sample.

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "detect/sample/syn_sample.h"
#include "detect/sample/tracked_requests.h"
#include "filter/filter.h"
#include "model/host.h"
#include "model/kernel_facts.h"
#include "report/check_report.h"
#include "report/finding.h"
#include "report/report.h"
#include "report/source_names.h"

namespace tcpstat::check {

/// Something wrong, or worth knowing.
struct Problem {
  Finding finding;
  Clock::Instant since;  ///< of the first sample; every later one showed it, too
};

/// What the rules are given of each row.
enum class Depth : std::uint8_t {
  rows,       ///< what a list has: cheap at any number of sockets
  no_owners,  ///< tcp_info and memory too
  whole,      ///< and owners, as a check has them
};

/// One of several network namespaces.
struct JudgedNamespace {
  NamespaceVerdict verdict;
  SourceNames place = {};                          ///< as in Judged
  std::optional<std::chrono::milliseconds> apart;  ///< as in Judged
};

struct Judged {
  Report reading;
  SourceNames place;           ///< where that was, for commands about rows
  std::optional<Error> error;  ///< the dump ended early
  Severity status = Severity::ok;
  std::vector<Problem> problems;  ///< the worst first
  std::vector<SynVerdict> verdicts;
  std::vector<ListenerDrops> drops;  ///< since the earlier sample, `apart` ago
  std::optional<std::chrono::milliseconds> apart;
  std::uint64_t half_open = 0;
  // Of one namespace alone:
  detect::SynSample half_opens;
  KernelFacts facts;
  std::vector<OpenFilesLimit> open_files;  ///< of processes that a rule asked about
  // Of several:
  std::vector<JudgedNamespace> namespaces;

  /// Between the samples from which the drops of this namespace's listeners are known.
  [[nodiscard]] std::optional<std::chrono::milliseconds> apart_in(std::uint64_t netns) const;
};

class RepeatedCheck {
 public:
  /// `filter`: as ContinuousCheck's.
  explicit RepeatedCheck(const filter::Filter& filter);

  /// `host`: the same namespace each time.
  Judged look(Host& host, Sink& rows, Depth depth);

 private:
  /// What later samples are compared with.
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

  [[nodiscard]] const Earlier* earlier(Clock::Instant now, std::chrono::milliseconds boot_time) const;
  void remember(Clock::Instant now, const detect::SynSample& sample, const KernelFacts& facts);
  void keep_since(std::vector<Finding> findings, Clock::Instant now, Judged& judged);

  filter::Filter filter_;
  std::deque<Earlier> earlier_;  ///< oldest first, two at most
  std::deque<CountersAt> counters_;
  std::vector<Problem> before_;
};

}  // namespace tcpstat::check
