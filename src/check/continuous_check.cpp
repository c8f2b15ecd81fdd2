#include "check/continuous_check.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "check/merge_findings.h"
#include "report/of_namespace.h"

namespace tcpstat::check {
namespace {

/// Asks for the name of each device while its namespace can be asked.
class DevicesAskedFor final : public Sink {
 public:
  DevicesAskedFor(Sink& next, Names& names) : next_(next), names_(names) {}

  Flow connection(const Connection& row) override {
    ask(row);
    return next_.connection(row);
  }
  Flow listener(const Listener& row) override {
    ask(row);
    return next_.listener(row);
  }

 private:
  void ask(const Socket& row) {
    if (row.interface != 0) names_.interface_of(row.netns, row.interface);
  }

  Sink& next_;
  Names& names_;
};

Judged not_entered(const Error& error) {
  Judged judged;
  judged.status = Severity::unknown;
  judged.error = error;
  judged.reading.coverage.lose(std::string(kNotEntered), error.sentence());
  return judged;
}

/// The reason for the status of one namespace.
std::string headline_of(const Judged& judged) {
  if (!judged.problems.empty() && judged.problems.front().finding.severity >= Severity::unknown) {
    return judged.problems.front().finding.sentence();
  }
  return judged.reading.coverage.complete ? std::string() : judged.reading.coverage.why_incomplete();
}

/// The judgements of several namespaces as one.
class Merged {
 public:
  void add(const VisitedNamespace& from, Judged judged) {
    const std::string name(from.name);
    if (from.host != nullptr && !std::exchange(has_envelope_, true)) {
      // The namespaces before it could not be entered, and have no envelope.
      Report envelope = envelope_of(judged.reading);
      envelope.coverage = std::move(all_.reading.coverage);
      all_.reading = std::move(envelope);
    }
    all_.status = worse(all_.status, judged.status);
    all_.namespaces.push_back({{from.inode, name, judged.status, headline_of(judged),
                                from.error == nullptr ? std::string() : from.error->why()},
                               std::move(judged.place),
                               judged.apart});
    for (const Warning& warning : judged.reading.coverage.warnings) warnings_.add(name, warning);
    judged.reading.coverage.warnings.clear();
    add_reading(all_.reading, std::move(judged.reading), from.inode, name);
    for (Problem& problem : judged.problems) {
      problem.finding.netns = name;
      all_.problems.push_back(std::move(problem));
    }
    for (SynVerdict& verdict : judged.verdicts) verdict.netns = name;
    merge(all_.verdicts, std::move(judged.verdicts));
    all_.drops.insert(all_.drops.end(), std::make_move_iterator(judged.drops.begin()),
                      std::make_move_iterator(judged.drops.end()));
    all_.half_open += judged.half_open;
    if (!judged.error) read_ = true;
    if (judged.error && !first_error_) first_error_ = std::move(judged.error);
  }

  Judged take(std::string hidden) {
    warnings_.say(all_.reading.coverage);
    if (!hidden.empty()) {
      all_.status = worse(all_.status, Severity::unknown);
      all_.reading.coverage.lose("netns_hidden", std::move(hidden));
    }
    // A namespace that failed is told by itself. The whole sample failed only if none was read.
    if (!read_) all_.error = std::move(first_error_);
    std::stable_sort(all_.problems.begin(), all_.problems.end(),
                     [](const Problem& a, const Problem& b) { return is_worse(a.finding, b.finding); });
    return std::move(all_);
  }

 private:
  Judged all_;
  AlikeWarnings warnings_;
  std::optional<Error> first_error_;
  bool read_ = false;
  bool has_envelope_ = false;
};

}  // namespace

Judged ContinuousCheck::look(Sink& rows, Depth depth) {
  return host_.spans_namespaces() ? look_at_each(rows, depth) : check_of(0).look(host_, rows, depth);
}

Judged ContinuousCheck::look_at_each(Sink& rows, Depth depth) {
  DevicesAskedFor named(rows, host_.names());
  Merged merged;
  std::set<std::uint64_t> seen;
  std::string hidden = host_.visit_namespaces([&](const VisitedNamespace& one) {
    seen.insert(one.inode);
    merged.add(one, one.host == nullptr ? not_entered(*one.error) : check_of(one.inode).look(*one.host, named, depth));
  });
  // A namespace that has ended is forgotten, because its inode may become another's.
  std::erase_if(checks_, [&](const auto& one) { return !seen.contains(one.first); });
  return merged.take(std::move(hidden));
}

}  // namespace tcpstat::check
