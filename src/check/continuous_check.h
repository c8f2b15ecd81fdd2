#pragma once
// The rules of a check, sample after sample, of a host or of each of its network namespaces. It sleeps nowhere: when
// the next sample is due is the caller's business.

#include <cstdint>
#include <map>
#include <string>

#include "check/repeated_check.h"
#include "filter/filter.h"
#include "model/host.h"
#include "model/sink.h"

namespace tcpstat::check {

class ContinuousCheck {
 public:
  /// `filter` narrows what the rules see; its states do not count, because rules look at all of them.
  ContinuousCheck(Host& host, const filter::Filter& filter) : host_(host), filter_(filter) {}

  /// One dump of all states, of which `rows` sees what the filter matches. Of several namespaces each is judged by
  /// itself, and findings and verdicts name theirs.
  Judged look(Sink& rows, Depth depth);

 private:
  Judged look_at_each(Sink& rows, Depth depth);
  RepeatedCheck& check_of(std::uint64_t netns) { return checks_.try_emplace(netns, filter_).first->second; }

  Host& host_;
  filter::Filter filter_;
  std::map<std::uint64_t, RepeatedCheck> checks_;  ///< by inode; 0: of a host that is looked at as one
};

}  // namespace tcpstat::check
