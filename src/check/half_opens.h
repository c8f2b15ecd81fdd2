#pragma once
// What a check and the end of a list do alike with the half-open connections of a dump.

#include <cstdint>

#include "detect/sample/syn_sample.h"
#include "detect/syn_detector.h"
#include "model/host.h"
#include "report/report.h"
#include "survey/dump.h"

namespace tcpstat::check {

/// How many half-opens of either family are joined with their timeouts: `each` for every listener that wants them, but
/// not fewer than `least` and not more than `most`. For each of them at most `rows` rows of any state are read.
struct EnoughTimeouts {
  std::uint64_t least = 0;
  std::uint64_t each = 0;
  std::uint64_t most = 0;
  std::uint64_t rows = 0;
};

/// If there are more other rows for each half-open, half-opens lie far apart in /proc.
inline constexpr std::uint64_t kManyOtherRows = 16;
/// A verdict must not make a list take much longer, nor a screen that is drawn every second: the kernel writes every
/// row of /proc, and half-opens are few among them. The share of clients that repeat their SYNs is 0.01 in floods and
/// 0.55 or more in lossy networks: of 48 it is right to seven parts in a hundred. client-retries needs eight of one
/// listener; where each gets twelve on average, hardly any has fewer. Rows come in the order of hashes, but for the
/// connections of this host's own clients: since Linux 6.15 those to one port stand together (inet_ehashfn()), and
/// thousands of them may come before any half-open.
inline constexpr EnoughTimeouts kEnoughBesideRows = {.least = 48, .each = 12, .most = 128, .rows = kManyOtherRows};

/// Joins what /proc knows beside netlink: the kernel counts timeouts of half-opens there and retransmits on netlink,
/// and both tell who repeats a SYN. A family is read only where its half-opens can decide something.
void add_timeouts(Host& host, detect::SynSample& sample, const EnoughTimeouts& enough);

/// What the sampler saw in a dump with that filter. If a part of the requests was read, listeners tell how many there
/// were, unless the filter left some listeners out.
detect::SynSample taken(detect::SynSampler& sampler, const filter::Filter& filter, const Coverage& coverage);

/// The verdict at the end of a list: its rows are looked at as they pass, and judged when all have passed.
class ListedHalfOpens {
 public:
  explicit ListedHalfOpens(Host& host) : host_(host) {}

  /// True if the list covers SYN_RECV, and listeners with all their half-opens. The half-opens that a limit or a filter
  /// by remote end leaves over tell nothing.
  [[nodiscard]] bool can_judge(const survey::DumpPlan& plan) const;
  /// Takes part in the dump.
  void join(survey::DumpPlan& plan);
  /// The dump has ended: puts verdicts and findings into its report. A part of the rows gets no verdict.
  void judge(Report& report);

 private:
  Host& host_;
  detect::SynSampler sampler_;
};

}  // namespace tcpstat::check
