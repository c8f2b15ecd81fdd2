#include "cli/verbs/list_verdict.h"

#include "cli/terminal.h"

namespace tcpstat::cli::verbs {

ListVerdict::ListVerdict(const render::Format& format, StateSet shown, const Output& output, Host& host,
                         survey::DumpPlan& plan) {
  if (format.has_envelope) place_ = Place::document;
  if (format.for_people && look_at_terminal(output.fd()).is_terminal) place_ = Place::below_table;
  asked_for_ = shown != StateSet::all() && shown != StateSet::all() - StateSet{State::listen, State::close};
  if (place_ == Place::nowhere || !half_opens_.emplace(host).can_judge(plan)) {
    half_opens_.reset();
    return;
  }
  half_opens_->join(plan);
}

void ListVerdict::judge(Report& report) {
  if (half_opens_) half_opens_->judge(report);
}

bool ListVerdict::below_table(const Report& report) const {
  if (place_ != Place::below_table || report.verdicts.empty()) return false;
  return asked_for_ || report.verdicts.front().level >= AttackLevel::suspicious;
}

}  // namespace tcpstat::cli::verbs
