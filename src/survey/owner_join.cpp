#include "survey/owner_join.h"

namespace tcpstat::survey {

bool OwnerJoin::join(Socket& row) const {
  row.owners_known = row.inode == 0 || owners_->search().saw_processes();
  if (row.inode == 0) return true;
  row.owners = owners_->owners_of(row.inode);
  return !row.owners.empty();
}

void OwnerJoin::give_up(Socket& row) {
  row.orphan = second_look_failed_ ? Orphan::owners_unread : owners_->search().why_none();
  ++without_owner_[static_cast<std::size_t>(row.orphan)];
}

template <typename Row>
Flow OwnerJoin::pass(Row row, Flow (Sink::*next)(const Row&)) {
  if (relevant_ != nullptr && !relevant_->matches(row)) return (next_.*next)(row);
  if (!join(row)) {
    // If some processes may not be looked into, a second look cannot look into them either, so that no row has to wait.
    const OwnerSearch& search = owners_->search();
    const bool may_be_late = !looked_again_ && search.forbidden == 0 && search.saw_processes();
    if (may_be_late && held_.connections().size() + held_.listeners().size() < kMaxHeld) {
      held_.keep(row);
      return Flow::more;
    }
    give_up(row);
  }
  return (next_.*next)(row);
}

Flow OwnerJoin::connection(const Connection& row) { return pass(row, &Sink::connection); }
Flow OwnerJoin::listener(const Listener& row) { return pass(row, &Sink::listener); }

Flow OwnerJoin::finish() {
  if (held_.connections().empty() && held_.listeners().empty()) return Flow::more;
  const OwnerLookup* anew = look_again_();
  second_look_failed_ = anew == nullptr;
  if (anew != nullptr) owners_ = anew;
  looked_again_ = true;
  for (Connection& row : held_.connections()) {
    if (!join(row)) give_up(row);
    if (next_.connection(row) == Flow::stop) return Flow::stop;
  }
  for (Listener& row : held_.listeners()) {
    if (!join(row)) give_up(row);
    if (next_.listener(row) == Flow::stop) return Flow::stop;
  }
  held_.connections().clear();
  held_.listeners().clear();
  return Flow::more;
}

}  // namespace tcpstat::survey
