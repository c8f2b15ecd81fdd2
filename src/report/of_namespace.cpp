#include "report/of_namespace.h"

#include <algorithm>
#include <optional>

#include "base/quantity_text.h"

namespace tcpstat::inline report {

void AlikeWarnings::add(const std::string& name, const Warning& warning) {
  const auto at = std::find_if(groups_.begin(), groups_.end(),
                               [&](const Group& group) { return group.first.code == warning.code; });
  if (at == groups_.end()) {
    groups_.push_back({warning, name, 0});
  } else {
    ++at->others;
  }
}

void AlikeWarnings::say(Coverage& coverage) const {
  for (const Group& group : groups_) {
    std::string text = group.name + ": " + group.first.message;
    if (group.others > 0) {
      text += "; and " + counted(group.others, "other network namespace");
    }
    coverage.warn(group.first.code, std::move(text));
    if (!coverage.complete) coverage.last_loss = coverage.warnings.back().message;
  }
  // A namespace that could not be entered is the greater loss.
  const auto shut = std::find_if(coverage.warnings.begin(), coverage.warnings.end(),
                                 [](const Warning& one) { return one.code == kNotEntered; });
  if (shut != coverage.warnings.end()) coverage.last_loss = shut->message;
}

Report envelope_of(const Report& one) {
  Report all = one;
  all.facts.netns.reset();
  all.coverage = {};
  all.tally = {};
  return all;
}

void add_reading(Report& all, Report of, std::uint64_t inode, const std::string& name) {
  Coverage& coverage = of.coverage;
  NamespaceRead read{inode, name, std::nullopt, coverage.complete};
  if (!coverage.saw_nothing()) read.rows = coverage.rows_read;
  for (Warning& warning : coverage.warnings) {
    warning.message = name + ": " + warning.message;
    warning.netns = name;
  }
  if (!coverage.last_loss.empty()) coverage.last_loss = name + ": " + coverage.last_loss;
  all.coverage.add(coverage);
  all.coverage.namespaces.push_back(std::move(read));
  all.tally.add(of.tally);
}

}  // namespace tcpstat::inline report
