#include "trace/namespace_diffs.h"

#include <algorithm>

namespace tcpstat::trace {

Flow NamespaceDiffs::Named::transition(const Transition& transition) {
  if (netns_ == 0) return out_.transition(transition);
  Transition named = transition;
  named.netns = netns_;
  return out_.transition(named);
}

NamespaceDiffs::One& NamespaceDiffs::of(std::uint64_t netns) {
  if (last_ != nullptr && last_netns_ == netns) return *last_;
  std::unique_ptr<One>& one = all_[netns];
  if (one == nullptr) {
    one = std::make_unique<One>(netns, filter_, out_);
    if (knew_all_) {
      one->diff.begin(before_);
      one->diff.end(SampleDiff::Sample::complete);
    }
    one->diff.begin(now_);
  }
  last_ = one.get();
  last_netns_ = netns;
  return *last_;
}

bool NamespaceDiffs::destroyed(std::uint64_t cookie) {
  bool known = false;
  for (auto& [netns, one] : all_) known = one->diff.destroyed(cookie) || known;
  return known;
}

void NamespaceDiffs::begin(EventTime now) {
  before_ = now_;
  now_ = now;
  for (auto& [netns, one] : all_) {
    one->diff.begin(now);
    one->rows.start();
  }
}

void NamespaceDiffs::end(SampleDiff::Sample sample, const Coverage& coverage) {
  const auto& read = coverage.namespaces;
  // If only one namespace is read, coverage names none.
  if (read.empty()) of(0);
  knew_all_ = !read.empty() && sample == SampleDiff::Sample::complete;
  for (auto at = all_.begin(); at != all_.end();) {
    const auto told =
        std::find_if(read.begin(), read.end(), [&](const NamespaceRead& one) { return one.inode == at->first; });
    const bool whole = read.empty() ? sample == SampleDiff::Sample::complete : told == read.end() || told->complete;
    at->second->diff.end(whole ? SampleDiff::Sample::complete : SampleDiff::Sample::partial);
    const bool over = !read.empty() && told == read.end() && at->second->diff.size() == 0;
    at = over ? all_.erase(at) : std::next(at);
  }
  last_ = nullptr;
}

Tally NamespaceDiffs::tally() const {
  Tally all;
  for (const auto& [netns, one] : all_) all.add(one->rows.tally());
  return all;
}

}  // namespace tcpstat::trace
