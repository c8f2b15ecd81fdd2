#include "cli/verbs/half_open_watch.h"

#include "cli/terminal.h"
#include "cli/verbs/examination.h"

namespace tcpstat::cli::verbs {
namespace {

/// What is left of a listener's half-opens behind a filter by their other end tells nothing of it.
bool whole_listeners(const filter::Filter& filter) {
  filter::Filter others = filter;
  others.local.clear();
  others.local_ports.clear();
  return !others.has_conditions();
}

}  // namespace

HalfOpenWatch::HalfOpenWatch(const options::Request& request, const Output& output, Host& reading) : reading_(reading) {
  if (request.quiet || request.limit || reading.is_file() || request.source == "both") return;
  if (!request.filter.states.has(State::syn_recv) || !whole_listeners(request.filter)) return;
  const StateSet shown = request.filter.states;
  asked_for_ = shown != StateSet::all() && shown != StateSet::all() - StateSet{State::listen, State::close};
  if (request.format->name == "json" || request.format->name == "ndjson") place_ = Place::document;
  if (request.format->name == "table" && look_at_terminal(output.fd()).is_terminal) place_ = Place::below_table;
}

Sink& HalfOpenWatch::before(Sink& next) { return wanted() ? stage_.emplace(next).both : next; }

bool HalfOpenWatch::below_table(const Report& report) const {
  if (place_ != Place::below_table || report.verdicts.empty()) return false;
  return asked_for_ || report.verdicts.front().level >= AttackLevel::suspicious;
}

void HalfOpenWatch::judge(Report& report) {
  if (!stage_ || !report.coverage.complete) return;
  detect::SynSample sample = stage_->sampler.take();
  detect::SynReport judged = judge_listed(reading_, sample, report.coverage);
  report.verdicts = std::move(judged.verdicts);
  report.findings = std::move(judged.findings);
}

}  // namespace tcpstat::cli::verbs
