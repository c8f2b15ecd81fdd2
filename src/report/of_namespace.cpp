#include "report/of_namespace.h"

#include <optional>

namespace tcpstat::inline report {

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
  for (Warning& warning : coverage.warnings) warning.message = name + ": " + warning.message;
  if (!coverage.last_loss.empty()) coverage.last_loss = name + ": " + coverage.last_loss;
  all.coverage.add(coverage);
  all.coverage.namespaces.push_back(std::move(read));
  all.tally.add(of.tally);
}

}  // namespace tcpstat::inline report
